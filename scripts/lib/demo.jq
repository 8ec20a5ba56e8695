# What scripts/demo reads from the answers of the programs.

# A share as a percentage with two digits behind the point.
def percent: . * 10000 | round / 100 | "\(.) %";

# A whole number with commas between the thousands.
def grouped:
    if . < 1000 then tostring
    else (. / 1000 | floor | grouped) + "," + (. % 1000 + 1000 | tostring | .[1:])
    end;

# The proved score of a rank of a task.
def score(rank): .test_rows as $rows
    | .ranking[rank].correct
    | "\(. / $rows | percent) (\(.) of \($rows) rows)";

# What the winner of a task was paid, in NNK.
def paid: [.timeline[] | select(.event == "WinnerPaid") | .fields.paid] | first;

# Weights and biases of the models of a task, which tell classes apart.
def parameters: .architecture
    | reduce (.hidden[].units, .head.classes.classes) as $units (
        { inputs, sum: 0 };
        { inputs: $units, sum: (.sum + (.inputs + 1) * $units) }
    )
    | .sum;

# Chunks in which the model of a task was delivered that was paid for.
def chunks: [.deliveries[] | select(.sealed) | .chunks] | first;

# How large that model is, in words.
def size: "\(parameters | grouped) weights and biases in \(chunks) "
    + if chunks == 1 then "chunk" else "chunks" end;

# How many labelled rows a model has classified correctly.
def right: "\(.correct | grouped) of \(.labelled | grouped)";

# Links of a verified model that were recomputed, and those that were not or do not hold.
def holding: [.[0].links[] | select(.verdict == "holds")] | length;
def open: [.[0].links[] | select(.verdict != "holds")] | length;

# The smallest fact of a list in words.
def fact: .[0] | "\(.fact): \(.subject) \(.predicate), \(.evidence.kind), belief \(.confidence | percent)";

# The last line of a worker's output says that it was paid for its task.
def was_paid: last | .event == "summary" and .paid == 1;

# Of the summary: how long proofs take.
def proofs: "A proof took \(.prove_seconds.median * 10 | round / 10) s,"
    + " its verification \(.proof_verification_seconds * 10000 | round / 10) ms.";
