// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The curvature of one linear layer as a Kronecker product, and solves with it.
///
/// For a layer y = W·a with cotangents d of y, the Fisher matrix of W is E[(a ⊗ d)(a ⊗ d)ᵀ], nearly A ⊗ S:
///
///     A = E[a·aᵀ],   S = E[d·dᵀ]                    moving averages of what `observe` is told
///     K-FAC:   V ↦ (S + √λ/π·I)⁻¹·V·(A + π√λ·I)⁻¹,        π² = (tr A/n)/(tr S/m)
///     EK-FAC:  V ↦ Q_S·((Q_SᵀVQ_A) / (Λ + λ))·Q_Aᵀ,       Λᵢⱼ = E[(Q_Sᵀ·d·aᵀ·Q_A)²ᵢⱼ]
///
/// W and V are m × n, a has n elements (a last one that is always 1 makes the bias a column) and d has m.
///
/// Cost: a solve 2mn(m + n) multiplications; factors are decomposed anew, about 9(m³ + n³), when they are asked for.
/// Reference: J. Martens & R. Grosse, ICML 2015, §6.3; T. George et al., *EK-FAC*, NeurIPS 2018.
public struct KroneckerCurvature: Sendable {
  /// A, n × n.
  public private(set) var inputs: Matrix
  /// S, m × m.
  public private(set) var cotangents: Matrix
  /// How much of the average a batch replaces; nil: the mean of everything observed.
  public var share: Double?
  /// Batches that were observed.
  public private(set) var batches = 0

  /// Before the first batch. `share` in (0, 1].
  public init(outputCount: Int, inputCount: Int, share: Double? = 0.05) {
    precondition(share.map { $0 > 0 && $0 <= 1 } ?? true, "a batch replaces a share between 0 and 1")
    inputs = Matrix(rowCount: inputCount, columnCount: inputCount)
    cotangents = Matrix(rowCount: outputCount, columnCount: outputCount)
    self.share = share
  }

  /// From factors at hand.
  public init(inputs: Matrix, cotangents: Matrix) {
    precondition(inputs.isSquare && cotangents.isSquare, "the factors of a Kronecker product are square")
    (self.inputs, self.cotangents, share, batches) = (inputs, cotangents, nil, 1)
  }

  /// One batch: inputs and cotangents of its examples as rows.
  public mutating func observe(inputs a: Matrix, cotangents d: Matrix) {
    precondition(
      a.rowCount == d.rowCount && a.rowCount > 0 && a.columnCount == inputs.rowCount
        && d.columnCount == cotangents.rowCount, "inputs and cotangents of a batch do not fit the layer")
    batches += 1
    let weight = batches == 1 ? 1 : share ?? 1 / Double(batches)
    let mean = weight / Double(a.rowCount)
    inputs = (1 - weight) * inputs + mean * a.transposed.times(a)
    cotangents = (1 - weight) * cotangents + mean * d.transposed.times(d)
  }

  /// The damped solve of K-FAC. Throws when a factor is not finite or, without damping, singular.
  public func solver(
    damping: Double, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> KroneckerSolver {
    precondition(damping >= 0, "damping is not negative")
    let (n, m) = (inputs.rowCount, cotangents.rowCount)
    let (traceA, traceS) = (Self.trace(inputs) / Double(max(1, n)), Self.trace(cotangents) / Double(max(1, m)))
    let ratio = traceA > 0 && traceS > 0 ? (traceA / traceS).squareRoot() : 1
    let root = damping.squareRoot()
    return KroneckerSolver(
      inputs: try Cholesky(inputs, shift: ratio * root, on: backend),
      cotangents: try Cholesky(cotangents, shift: root / ratio, on: backend))
  }

  /// The eigenbasis of EK-FAC with the eigenvalues of the Kronecker product. Throws `notFinite` or `noConvergence`.
  public func eigenbasis(on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) -> KroneckerEigenbasis {
    let (a, s) = (try SymmetricEigen(inputs, on: backend), try SymmetricEigen(cotangents, on: backend))
    var values = Matrix(rowCount: s.values.count, columnCount: a.values.count)
    for j in a.values.indices {
      for i in s.values.indices { values[i, j] = max(0, s.values[i]) * max(0, a.values[j]) }
    }
    return KroneckerEigenbasis(inputs: a.vectors, cotangents: s.vectors, values: values)
  }

  private static func trace(_ matrix: Matrix) -> Double {
    (0..<matrix.rowCount).reduce(0.0) { $0 + matrix[$1, $1] }
  }
}

/// V ↦ (S + …)⁻¹·V·(A + …)⁻¹ with both factors decomposed.
public struct KroneckerSolver: Sendable {
  let inputs: Cholesky
  let cotangents: Cholesky

  /// What was added to the diagonals of A and S.
  public var shifts: (inputs: Double, cotangents: Double) { (inputs.shift, cotangents.shift) }

  /// The preconditioned V, m × n.
  public func callAsFunction(_ v: Matrix) -> Matrix { inputs.solve(cotangents.solve(v).transposed).transposed }
}

/// Q_A, Q_S and Λ: the Kronecker eigenbasis with eigenvalues that can be corrected from observations.
public struct KroneckerEigenbasis: Sendable {
  /// Q_A, n × n.
  public let inputs: Matrix
  /// Q_S, m × m.
  public let cotangents: Matrix
  /// Λ, m × n: those of the product, or after `correct` the second moments in the basis.
  public private(set) var values: Matrix
  private var observed = 0.0

  init(inputs: Matrix, cotangents: Matrix, values: Matrix) {
    (self.inputs, self.cotangents, self.values) = (inputs, cotangents, values)
  }

  /// Adds examples to the mean of (Q_Sᵀ·d·aᵀ·Q_A)²; the first call replaces the eigenvalues of the product.
  ///
  /// Cost: k·(m² + n² + mn) for k examples, none of whose gradients is formed.
  public mutating func correct(inputs a: Matrix, cotangents d: Matrix) {
    precondition(
      a.rowCount == d.rowCount && a.rowCount > 0 && a.columnCount == inputs.rowCount
        && d.columnCount == cotangents.rowCount, "inputs and cotangents of a batch do not fit the layer")
    func squared(_ x: Matrix) -> Matrix {
      Matrix(rowCount: x.rowCount, columnCount: x.columnCount, elements: x.elements.map { $0 * $0 })
    }
    // (Q_Sᵀd)ᵢ²·(Q_Aᵀa)ⱼ², summed over the examples, is one product.
    let sum = squared(d.times(cotangents)).transposed.times(squared(a.times(inputs)))
    let total = observed + Double(a.rowCount)
    values = (observed / total) * values + (1 / total) * sum
    observed = total
  }

  /// Adds examples whose gradients are at hand, each m × n: sums over the positions of a sequence, of which the mean of
  /// squares is not the product that `correct(inputs:cotangents:)` takes. Cost: mn(m + n) for each.
  public mutating func correct(gradients: [Matrix]) {
    guard !gradients.isEmpty else { return }
    var sum = Matrix(rowCount: values.rowCount, columnCount: values.columnCount)
    for gradient in gradients {
      let rotated = cotangents.transposed.times(gradient).times(inputs)
      for i in sum.elements.indices { sum.elements[i] += rotated.elements[i] * rotated.elements[i] }
    }
    let total = observed + Double(gradients.count)
    values = (observed / total) * values + (1 / total) * sum
    observed = total
  }

  /// 0.1 of the mean of Λ, a usual damping.
  public var usualDamping: Double { 0.1 * values.elements.reduce(0, +) / Double(max(1, values.elements.count)) }

  /// Q_S·((Q_SᵀVQ_A)/(Λ + λ))·Q_Aᵀ.
  public func solve(_ v: Matrix, damping: Double) -> Matrix {
    var rotated = cotangents.transposed.times(v).times(inputs)
    for i in rotated.elements.indices { rotated.elements[i] /= values.elements[i] + damping }
    return cotangents.times(rotated).times(inputs.transposed)
  }

  /// Q_S·((Q_SᵀVQ_A)·(Λ + λ))·Q_Aᵀ: the curvature itself.
  public func multiply(_ v: Matrix, damping: Double = 0) -> Matrix {
    var rotated = cotangents.transposed.times(v).times(inputs)
    for i in rotated.elements.indices { rotated.elements[i] *= values.elements[i] + damping }
    return cotangents.times(rotated).times(inputs.transposed)
  }
}
