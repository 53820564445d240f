// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Lion with the nuclear norm: the orthogonal factor in the place of the sign.
///
///     C = β₁M + (1 − β₁)G,   W ← W − η·(UVᵀ + λW) for C = U·diag(σ)·Vᵀ,   M ← β₂M + (1 − β₂)G
///
/// UVᵀ is the gradient of Σσ. With decay the rule minimizes f within the ball σ₁(W) ≤ 1/λ, where Lion has |Wᵢⱼ| ≤ 1/λ.
/// `exact` decomposes C into singular values; otherwise the factor is found by s convergent quintic steps, so the smallest
/// directions of C come out short. Filters are flattened to rows; vectors, embeddings and heads take AdamW.
///
/// **Needs** gradients. **Keeps** one number a parameter of a matrix, two of others. Cost a step: s·(3m²n + m³)
/// multiplications, m the shorter side; about 20m²n exactly.
/// **Guarantee** limit points are stationary for f in the ball σ₁ ≤ 1/λ, with a falling rate.
/// **Reference** L. Chen, B. Liu, K. Liang, Q. Liu, *Lion secretly solves constrained optimization*, ICLR 2024, table 2.
public struct LionNuclear: CataloguedRule, MatrixRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.99
  /// s.
  public var steps = 12
  /// Whether singular values are computed.
  public var isExact = false
  /// λ.
  public var decay = 0.1
  public var adam = AdamW(rate: 3e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-10)
  public var exceptions = LionNuclear.usualExceptions

  public init() {}

  public static let card = Card(
    "lion-nuclear", "Lion with the nuclear norm", guarantee: "stationary where no singular value exceeds 1/decay",
    reference: "Chen et al. 2024", trials: [Trial("quadratic,n=10", answers: 10_000, value: 1e-3)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate),
      Setting("beta1", \.beta1, in: 0...0.99999, "share of the average in the direction"),
      Setting("beta2", \.beta2, in: 0...0.99999, "factor of the average"),
      Setting("steps", \.steps, in: 1...50, "steps of the iteration that orthogonalizes"),
      Setting("exact", \.isExact, "whether singular values are computed instead"),
    ] + sharedSettings

  public var wordsPerParameter: Double { 1 }

  /// M.
  public func start(rows: Int, columns: Int) -> Buffer<Float> { Buffer(repeating: 0, count: rows * columns) }

  public func direction(_ matrix: MatrixGradient, memory: inout Buffer<Float>, step: Int) -> MatrixDirection? {
    precondition(memory.count == matrix.count, "the memory of the rule belongs to another layout")
    let blend = matrix.engine.scratch(8, matrix.count, Float.self)
    let (b1, s1, b2, s2) = (Float(beta1), Float(1 - beta1), Float(beta2), Float(1 - beta2))
    let (gradient, count) = (matrix.gradient, matrix.count)
    memory.elements.withUnsafeMutableBufferPointer { memory in
      guard let m = memory.baseAddress else { return }
      for i in 0..<count {
        blend[i] = b1 * m[i] + s1 * gradient[i]
        m[i] = b2 * m[i] + s2 * gradient[i]
      }
    }
    guard isExact else {
      let iteration = Orthogonalization(coefficients: Orthogonalization.convergent, steps: steps, floor: 1e-30)
      return MatrixDirection(iteration.run(MatrixView(blend, matrix.rows, matrix.columns), on: matrix.engine).elements)
    }
    // Rows one behind the other are the columns of the transposed matrix, whose factor is the transposed one.
    let double = Matrix(
      rowCount: matrix.columns, columnCount: matrix.rows,
      elements: UnsafeBufferPointer(start: blend, count: count).map { Double($0) })
    guard let factor = try? double.polarFactor(tolerance: 1e-7, on: matrix.engine.backend) else { return nil }
    for i in 0..<count { blend[i] = Float(factor.elements[i]) }
    return MatrixDirection(blend)
  }
}
