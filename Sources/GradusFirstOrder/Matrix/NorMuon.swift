// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Muon with rows of even length.
///
///     M ← βM + (1 − β)G,   U = βM + (1 − β)G,   X = the orthogonal factor of U by five quintic steps, as in Muon
///     s ← β₂s + (1 − β₂)·meanⱼ X²   (one number a row),   Y = X/(√s + ε),   Y ← Y·‖X‖_F/‖Y‖_F
///     W ← (1 − ηλ)W − η·γ·Y,     γ = √max(1, rows/columns)  or  0.2·√max(rows, columns)
///
/// Filters are flattened to rows; vectors, embeddings and heads take AdamW.
///
/// **Needs** gradients. **Keeps** one number a parameter of a matrix and one a row, two of others. Cost that of Muon.
/// **Guarantee** none in general. **Reference** Z. Li et al., *NorMuon: making Muon more efficient and scalable*, 2025,
/// algorithm 1.
public struct NorMuon: CataloguedRule, MatrixRule {
  /// η.
  public var rate = 0.02
  /// β.
  public var momentum = 0.95
  /// β₂.
  public var beta2 = 0.95
  /// ε.
  public var epsilon = 1e-10
  public var isNesterov = true
  /// Steps of the orthogonalization.
  public var steps = 5
  public var scale = Muon.Scale.shape
  /// λ.
  public var decay = 0.0
  public var adam = AdamW(rate: 3e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-10)
  public var exceptions = NorMuon.usualExceptions

  public init() {}

  public static let card = Card(
    "normuon", "orthogonalized momentum with rows of even length", guarantee: "none in general",
    reference: "Li et al. 2025", trials: [Trial("quadratic,n=10", answers: 5_000, value: 1)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate),
      Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average"),
      Setting("beta2", \.beta2, in: 0...0.99999, "factor of the second moment of rows"),
      Setting("epsilon", \.epsilon, in: 0...1e3, "added to the root of the second moment"),
      Setting("nesterov", \.isNesterov, "whether the gradient enters once more"),
      Setting("steps", \.steps, in: 1...50, "steps of the iteration that orthogonalizes"),
      Setting("scale", choice: \.scale, "length of an update: by shape, like Adam's, or one"),
    ] + sharedSettings

  public var wordsPerParameter: Double { 1 }

  /// M and s.
  public struct Memory: Sendable, Codable {
    public internal(set) var momentum: Buffer<Float>
    public internal(set) var rows: Buffer<Float>
  }

  public func start(rows: Int, columns: Int) -> Memory {
    Memory(momentum: Buffer(repeating: 0, count: rows * columns), rows: Buffer(repeating: 0, count: rows))
  }

  public func direction(_ matrix: MatrixGradient, memory: inout Memory, step: Int) -> MatrixDirection? {
    precondition(memory.rows.count == matrix.rows, "the memory of the rule belongs to another layout")
    let blend = matrix.engine.scratch(8, matrix.count, Float.self)
    average(matrix, &memory.momentum, momentum, isNesterov: isNesterov, into: blend)
    let x = Orthogonalization(steps: steps).run(MatrixView(blend, matrix.rows, matrix.columns), on: matrix.engine)
    let columns = matrix.columns
    var (before, after) = (0.0, 0.0)
    for i in 0..<matrix.rows {
      let row = x.elements + i * columns
      let square = MatrixEngine.squares(row, columns)
      let mean = Float(beta2) * memory.rows[i] + Float(1 - beta2) * Float(square / Double(columns))
      memory.rows[i] = mean
      let length = Double(mean).squareRoot() + epsilon
      let factor = length > 0 ? Float(1 / length) : 0
      MatrixEngine.scale(row, columns, factor)
      before += square
      after += square * Double(factor) * Double(factor)
    }
    let restored = after > 0 ? (before / after).squareRoot() : 0
    return MatrixDirection(x.elements, factor: restored * scale.factor(matrix.rows, columns))
  }
}
