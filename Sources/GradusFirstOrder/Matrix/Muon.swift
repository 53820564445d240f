// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Momentum, orthogonalized.
///
///     M ← βM + (1 − β)G,   U = βM + (1 − β)G  (Nesterov; otherwise U = M)
///     X = U/‖U‖_F,  s times  A = XXᵀ, X ← aX + (bA + cA²)X                     on the short side, (a, b, c) of Muon
///     W ← (1 − ηλ)W − η·γ·X,     γ = √max(1, rows/columns)  or  0.2·√max(rows, columns)
///
/// The second γ (`scale=adam`) gives updates the size of Adam's, so that Adam's rate and decay serve. Filters are flattened to
/// rows; vectors, embeddings and heads take AdamW. In single precision throughout, where torch rounds products to bfloat16.
///
/// **Needs** gradients. **Keeps** one number a parameter of a matrix, two of others. Cost a step: s·(3m²n + m³)
/// multiplications, m the shorter side.
/// **Guarantee** none in general; with exact orthogonalization and a falling rate, stationary for smooth f.
/// **Reference** K. Jordan et al., *Muon: an optimizer for hidden layers in neural networks*, 2024; J. Liu et al., *Muon is
/// scalable for LLM training*, 2025, for the second γ.
public struct Muon: CataloguedRule, MatrixRule {
  /// How long an update is.
  public enum Scale: String, Sendable, Codable, Hashable, CaseIterable { case shape, adam, none }

  /// η.
  public var rate = 0.02
  /// β.
  public var momentum = 0.95
  public var isNesterov = true
  /// s.
  public var steps = 5
  public var scale = Scale.shape
  /// λ.
  public var decay = 0.0
  public var adam = AdamW(rate: 3e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-10)
  public var exceptions = Muon.usualExceptions

  public init() {}

  public static let card = Card(
    "muon", "orthogonalized momentum", guarantee: "none in general", reference: "Jordan et al. 2024",
    trials: [Trial("quadratic,n=10", answers: 5_000, value: 1)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate),
      Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average"),
      Setting("nesterov", \.isNesterov, "whether the gradient enters once more"),
      Setting("steps", \.steps, in: 1...50, "steps of the iteration that orthogonalizes"),
      Setting("scale", choice: \.scale, "length of an update: by shape, like Adam's, or one"),
    ] + sharedSettings

  public var wordsPerParameter: Double { 1 }

  /// M.
  public func start(rows: Int, columns: Int) -> Buffer<Float> { Buffer(repeating: 0, count: rows * columns) }

  public func direction(_ matrix: MatrixGradient, memory: inout Buffer<Float>, step: Int) -> MatrixDirection? {
    let blend = matrix.engine.scratch(8, matrix.count, Float.self)
    average(matrix, &memory, momentum, isNesterov: isNesterov, into: blend)
    let result = Orthogonalization(steps: steps).run(
      MatrixView(blend, matrix.rows, matrix.columns), on: matrix.engine)
    return MatrixDirection(result.elements, factor: scale.factor(matrix.rows, matrix.columns))
  }
}

extension Muon.Scale {
  /// γ.
  func factor(_ rows: Int, _ columns: Int) -> Double {
    switch self {
    case .shape: max(1, Double(rows) / Double(columns)).squareRoot()
    case .adam: 0.2 * Double(max(rows, columns)).squareRoot()
    case .none: 1
    }
  }
}

/// M ← βM + (1 − β)G, and into `blend` βM + (1 − β)G or M.
func average(
  _ matrix: MatrixGradient, _ memory: inout Buffer<Float>, _ factor: Double, isNesterov: Bool,
  into blend: UnsafeMutablePointer<Float>
) {
  precondition(memory.count == matrix.count, "the memory of the rule belongs to another layout")
  let (beta, share, gradient, count) = (Float(factor), Float(1 - factor), matrix.gradient, matrix.count)
  memory.elements.withUnsafeMutableBufferPointer { memory in
    guard let m = memory.baseAddress else { return }
    if isNesterov {
      for i in 0..<count {
        let g = share * gradient[i]
        let next = beta * m[i] + g
        m[i] = next
        blend[i] = beta * next + g
      }
    } else {
      for i in 0..<count {
        let next = beta * m[i] + share * gradient[i]
        m[i] = next
        blend[i] = next
      }
    }
  }
}
