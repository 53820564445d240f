// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra

/// Gradients that are standardized by rows and whitened, without any memory.
///
///     Ḡ = (G − mean)/std of every row,   Δ = (ḠḠᵀ)^(−1/2)·Ḡ  by s coupled Newton–Schulz steps, on the short side
///     Δ ← Δ·‖Ḡ‖_F/‖Δ‖_F,     W ← (1 − ηλ)W − ηΔ
///
/// β = ½ of the iteration (`share`) converges; the paper's short variants take others. Rows that are constant become zero.
/// Filters are flattened to rows; vectors, embeddings and heads take AdamW.
///
/// **Needs** gradients. **Keeps** nothing about matrices, two numbers a parameter of others. Cost a step: s·3m³/2 + 3m²n/2
/// multiplications, m the shorter side.
/// **Guarantee** none in general. **Reference** C. Ma et al., *SWAN: SGD with normalization and whitening enables stateless
/// LLM training*, 2024, algorithm 1.
public struct SWAN: CataloguedRule, MatrixRule {
  /// η.
  public var rate = 1e-3
  /// β of the iteration.
  public var share = 0.5
  /// s.
  public var steps = 10
  /// λ.
  public var decay = 0.0
  public var adam = AdamW(rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
  public var exceptions = SWAN.usualExceptions

  public init() {}

  public static let card = Card(
    "swan", "standardized and whitened gradients", guarantee: "none in general", reference: "Ma et al. 2024",
    trials: [Trial("quadratic,n=10", answers: 5_000, value: 150)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate),
      Setting("share", \.share, in: 0.01...1, "factor of the iteration that whitens"),
      Setting("steps", \.steps, in: 1...100, "steps of the iteration that whitens"),
    ] + sharedSettings

  /// Nothing.
  public struct Memory: Sendable, Codable {}

  public var wordsPerParameter: Double { 0 }

  public func start(rows: Int, columns: Int) -> Memory { Memory() }

  public func direction(_ matrix: MatrixGradient, memory: inout Memory, step: Int) -> MatrixDirection? {
    let standard = matrix.engine.scratch(8, matrix.count, Float.self)
    let columns = matrix.columns
    for i in 0..<matrix.rows {
      let (from, to) = (matrix.gradient + i * columns, standard + i * columns)
      let mean = MatrixEngine.sum(from, columns) / Double(columns)
      var square = 0.0
      for j in 0..<columns {
        let x = Double(from[j]) - mean
        square += x * x
      }
      let deviation = (square / Double(columns)).squareRoot()
      let inverse = deviation > 0 ? 1 / deviation : 0
      for j in 0..<columns { to[j] = Float((Double(from[j]) - mean) * inverse) }
    }
    let before = MatrixEngine.squares(standard, matrix.count)
    let result = Whitening(share: share, steps: steps).run(
      MatrixView(standard, matrix.rows, columns), on: matrix.engine)
    let after = MatrixEngine.squares(result.elements, matrix.count)
    return MatrixDirection(result.elements, factor: after > 0 ? (before / after).squareRoot() : 0)
  }
}
