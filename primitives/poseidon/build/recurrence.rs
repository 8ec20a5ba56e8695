//! Turns the partial rounds into one linear recurrence; the crate's README explains the
//! mathematics.
//!
//! Notation: the matrix is `[[d, c], [b, A]]`, `n = width - 1`, `x_k` the output of the k-th S-box
//! and `w_k` the first element after the k-th partial round, without round constants.

use crate::{
    element::Element,
    matrix::{dot, Matrix, Vector},
    plain::Plain,
    rounds::FULL_ROUNDS,
};

pub(crate) struct Recurrence {
    /// Constants of the first full rounds.
    pub(crate) before: Vec<Vector>,
    /// One constant for each partial round.
    pub(crate) partial: Vector,
    /// Constants of the last full rounds.
    pub(crate) after: Vec<Vector>,
    /// The matrix of the last full round before the partial ones.
    pub(crate) entry: Matrix,
    /// Weights of `w_{k-n} .. w_{k-1}`.
    pub(crate) outputs: Vector,
    /// Weights of `x_{k-n} .. x_k`.
    pub(crate) inputs: Vector,
    /// The state behind the first element from the last `n` outputs and inputs, row by row.
    pub(crate) exit_outputs: Matrix,
    pub(crate) exit_inputs: Matrix,
}

impl Recurrence {
    pub(crate) fn derive(plain: &Plain) -> Self {
        let system = System::of(plain);
        let half = FULL_ROUNDS / 2;
        let (partial, offset) = system.push_constants(plain);
        let mut after = plain.constants[half + plain.partial_rounds..].to_vec();
        after[0] = plus(&after[0], &offset);
        let (outputs, inputs) = system.weights();
        let (exit_outputs, exit_inputs) = system.exit();
        Self {
            before: plain.constants[..half].to_vec(),
            partial,
            after,
            entry: system.entry(&plain.mds),
            outputs,
            inputs,
            exit_outputs,
            exit_inputs,
        }
    }
}

fn plus(left: &[Element], right: &[Element]) -> Vector {
    left.iter().zip(right).map(|(a, b)| a + b).collect()
}

/// The linear system behind the first element.
struct System {
    size: usize,
    a: Matrix,
    b: Vector,
    c: Vector,
    d: Element,
}

impl System {
    fn of(plain: &Plain) -> Self {
        let size = plain.width - 1;
        Self {
            size,
            a: Matrix::from_fn(size, size, |i, j| plain.mds.at(i + 1, j + 1).clone()),
            b: plain.mds.column(0)[1..].to_vec(),
            c: plain.mds.0[0][1..].to_vec(),
            d: plain.mds.at(0, 0).clone(),
        }
    }

    /// Collects what the constants of the partial rounds add: one constant for each S-box, and what
    /// is left to be added to the state after the last one.
    fn push_constants(&self, plain: &Plain) -> (Vector, Vector) {
        let first = FULL_ROUNDS / 2;
        let mut from_the_rest = Element::zero();
        let mut offset = vec![Element::zero(); self.size];
        let mut scalars = Vector::new();
        for constants in &plain.constants[first..first + plain.partial_rounds] {
            scalars.push(&constants[0] + &from_the_rest);
            let rest = plus(&offset, &constants[1..]);
            from_the_rest = dot(&self.c, &rest);
            offset = self.a.times_vector(&rest);
        }
        offset.insert(0, from_the_rest);
        (scalars, offset)
    }

    /// `c A^k` for k from 0 to n - 1: what the outputs show of the rest when no input arrives.
    fn observability(&self) -> Matrix {
        let mut rows = vec![self.c.clone()];
        while rows.len() < self.size {
            rows.push(self.a.row_times(&rows[rows.len() - 1]));
        }
        Matrix(rows)
    }

    /// `A^k b` for k from 0 to n - 1.
    fn responses(&self) -> Vec<Vector> {
        let mut columns = vec![self.b.clone()];
        while columns.len() < self.size {
            columns.push(self.a.times_vector(&columns[columns.len() - 1]));
        }
        columns
    }

    /// The matrix power `A^n`.
    fn power(&self) -> Matrix {
        (0..self.size).fold(Matrix::identity(self.size), |power, _| power.times(&self.a))
    }

    /// Outputs that an impulse causes: `d, c b, c A b, ..`, n + 1 of them.
    fn impulse_response(&self) -> Vector {
        let tail = self.responses().into_iter().map(|column| dot(&self.c, &column));
        std::iter::once(self.d.clone()).chain(tail).collect()
    }

    /// The characteristic polynomial of A, lowest coefficient first, by Faddeev and LeVerrier.
    fn characteristic_polynomial(&self) -> Vector {
        let mut coefficients = vec![Element::one()];
        let mut product = Matrix::identity(self.size);
        for k in 1..=self.size {
            let multiplied = self.a.times(&product);
            let coefficient = -&(&multiplied.trace() * &Element::from_small(k).inverse());
            product = multiplied.plus(&Matrix::identity(self.size).scaled(&coefficient));
            coefficients.push(coefficient);
        }
        coefficients.reverse();
        coefficients
    }

    fn weights(&self) -> (Vector, Vector) {
        let polynomial = self.characteristic_polynomial();
        let impulse = self.impulse_response();
        let outputs = polynomial[..self.size].iter().map(|coefficient| -coefficient).collect();
        // The weight of x_{k-m} is the m-th coefficient of polynomial times impulse response.
        let newest_first = (0..=self.size)
            .map(|m| (0..=m).map(|i| &polynomial[self.size - i] * &impulse[m - i]).sum());
        let mut inputs: Vector = newest_first.collect();
        inputs.reverse();
        (outputs, inputs)
    }

    /// The MDS matrix, with the elements behind the first replaced by the outputs that would have
    /// led to them without any input: `w_{-n} .. w_{-1}`.
    fn entry(&self, mds: &Matrix) -> Matrix {
        let backwards = self.observability().times(&self.power().inverse());
        let block = Matrix::from_fn(self.size + 1, self.size + 1, |i, j| match (i, j) {
            (0, 0) => Element::one(),
            (0, _) | (_, 0) => Element::zero(),
            _ => backwards.at(i - 1, j - 1).clone(),
        });
        block.times(mds)
    }

    /// The rest after the last round, from the last n outputs and inputs.
    fn exit(&self) -> (Matrix, Matrix) {
        let impulse = self.impulse_response();
        let responses = self.responses();
        let from_outputs = self.power().times(&self.observability().inverse());
        let caused = Matrix::from_fn(self.size, self.size, |i, j| match i.checked_sub(j) {
            Some(age) => impulse[age].clone(),
            None => Element::zero(),
        });
        let direct =
            Matrix::from_fn(self.size, self.size, |i, j| responses[self.size - 1 - j][i].clone());
        let from_inputs = direct.plus(&from_outputs.times(&caused).scaled(&-&Element::one()));
        (from_outputs, from_inputs)
    }
}
