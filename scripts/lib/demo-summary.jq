# The summary of scripts/demo for machines. Amounts are texts in NNK, as everywhere.
# Inputs: the answers of the programs, each a list with one value; $events, all lines
# of the workers; $times, the stages with their milliseconds.
include "demo";

def median: sort | .[(length - 1) / 2 | floor];
def seconds: $times | split("\n") | map(split(" ") | { (.[0]): (.[1] | tonumber / 1000) }) | add;

$verify[0][0].record as $record
| $status[0].emission as $emission
| [$events[] | select(.event == "proved" and .task == $task[0].task) | .seconds] as $proofs
| {
    example: $example,
    parameters: ($task[0] | parameters),
    chunks: ($task[0] | chunks),
    winner: $winner,
    accuracy: $record.score.ratio,
    score: ($record.score | { correct, total }),
    rows: $predict[0].rows,
    paid: ($task[0] | paid),
    first_task: ($first_task[0] | {
        task,
        score: { correct: .ranking[0].correct, total: .test_rows },
        paid: paid
    }),
    issuance: $emission.issuance,
    minted: $emission.minted,
    burnt: $emission.burnt,
    prove_seconds: { median: ($proofs | median), each: $proofs },
    proof_verification_seconds: $bench[0].verification_seconds,
    verify_seconds: ($verify_milliseconds / 1000),
    first_payment_seconds: $first_payment,
    total_seconds: $total,
    seconds: seconds,
    ids: {
        genesis: $status[0].chain.genesis,
        experiment: $record.experiment,
        task: $record.task,
        version: $record.version,
        circuit: $record.circuit,
        model: $record.model,
        record: $record.record,
        anchor: $record.anchor,
        fact: $facts[0][0].fact,
        train_data: $record.train_data
    },
    folder: $folder
}
