// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Adam in the eigenbasis of Shampoo's preconditioner.
///
///     L ← β₃L + (1 − β₃)GGᵀ,   R ← β₃R + (1 − β₃)GᵀG,   Q_L, Q_R their eigenvectors
///     G' = Q_LᵀGQ_R,   M ← β₁M + (1 − β₁)G,   V ← β₂V + (1 − β₂)G'²
///     N = √(1 − β₂ᵗ)/(1 − β₁ᵗ)·Q_LᵀMQ_R/(√V + ε),     W ← (1 − ηλ)W − η·Q_L·N·Q_Rᵀ
///
/// The first gradient only begins L and R, so that none is seen in a basis made of it, and t counts from the next. Every
/// `interval` steps the bases follow by one power iteration and QR, their columns and V in order of diag(QᵀLQ). A side longer
/// than `largest` keeps the identity. The published code decays after the step, here it is before.
///
/// **Needs** gradients. **Keeps** two numbers a parameter, and 2(m² + n²) of an m × n matrix. Cost a step: 3mn(m + n)
/// multiplications and m²n/2 + mn²/2; 10(m³ + n³)/3 more each `interval`.
/// **Guarantee** none in general. **Reference** N. Vyas et al., *SOAP: improving and stabilizing Shampoo using Adam*, ICLR
/// 2025, algorithm 3.
public struct SOAP: CataloguedRule, MatrixRule {
  /// η.
  public var rate = 3e-3
  /// β₁.
  public var beta1 = 0.95
  /// β₂.
  public var beta2 = 0.95
  /// β₃.
  public var beta3 = 0.95
  /// ε.
  public var epsilon = 1e-8
  /// Steps between two refreshments of the bases.
  public var interval = 10
  /// The longest side that is preconditioned.
  public var largest = 2048
  /// λ.
  public var decay = 0.01
  public var adam = AdamW(rate: 3e-3, beta1: 0.95, beta2: 0.95, epsilon: 1e-8, decay: 0.01)
  public var exceptions = SOAP.usualExceptions

  public init() {}

  public static let card = Card(
    "soap", "Adam in the eigenbasis of Shampoo", guarantee: "none in general", reference: "Vyas et al. 2025",
    trials: [Trial("quadratic,n=10", answers: 5_000, value: 1e-4)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate), .beta1(\.beta1),
      Setting("beta2", \.beta2, in: 0...0.9999999, "factor of the second moment in the basis"),
      Setting("beta3", \.beta3, in: 0...0.9999999, "factor of the second moments of sides"),
      Setting("epsilon", \.epsilon, in: 0...1e3, "added to the root of the second moment"),
      Setting("interval", \.interval, in: 1...1e6, "steps between two refreshments of the bases"),
      Setting("largest", \.largest, in: 1...1e5, "longest side that is preconditioned"),
    ] + sharedSettings

  public var wordsPerParameter: Double { 6 }

  /// L with Q_L, R with Q_R, M and V.
  public struct Memory: Sendable, Codable {
    public internal(set) var left: KroneckerFactor
    public internal(set) var right: KroneckerFactor
    public internal(set) var first: Buffer<Float>
    public internal(set) var second: Buffer<Float>
    /// Steps after the one that began the bases.
    public internal(set) var steps = -1
  }

  public func start(rows: Int, columns: Int) -> Memory {
    Memory(
      left: KroneckerFactor(order: rows <= largest ? rows : 0),
      right: KroneckerFactor(order: columns <= largest ? columns : 0),
      first: Buffer(repeating: 0, count: rows * columns), second: Buffer(repeating: 0, count: rows * columns))
  }

  public func direction(_ matrix: MatrixGradient, memory: inout Memory, step: Int) -> MatrixDirection? {
    precondition(
      memory.first.count == matrix.count && memory.second.count == matrix.count,
      "the memory of the rule belongs to another layout")
    memory.steps += 1
    guard memory.steps > 0 else {
      observe(matrix, &memory)
      begin(&memory.left, matrix.engine)
      begin(&memory.right, matrix.engine)
      return nil
    }
    let result = adam(matrix, &memory)
    observe(matrix, &memory)
    if memory.steps % interval == 0 {
      refresh(&memory.left, &memory.second, matrix, isLeft: true)
      refresh(&memory.right, &memory.second, matrix, isLeft: false)
    }
    return MatrixDirection(result)
  }

  private func observe(_ matrix: MatrixGradient, _ memory: inout Memory) {
    let gradient = MatrixView(UnsafeMutablePointer(mutating: matrix.gradient), matrix.rows, matrix.columns)
    memory.left.add(gradient, keep: beta3, share: 1 - beta3, on: matrix.engine)
    memory.right.add(gradient.transposed, keep: beta3, share: 1 - beta3, on: matrix.engine)
  }

  /// Q_L·N·Q_Rᵀ in the engine's place 9.
  private func adam(_ matrix: MatrixGradient, _ memory: inout Memory) -> UnsafePointer<Float> {
    let (count, engine) = (matrix.count, matrix.engine)
    let shape = { (place: Int) in MatrixView(engine.scratch(place, count, Float.self), matrix.rows, matrix.columns) }
    let (rotated, mean, result) = (shape(8), shape(10), shape(9))
    let gradient = MatrixView(UnsafeMutablePointer(mutating: matrix.gradient), matrix.rows, matrix.columns)
    let (b1, s1, b2, s2) = (Float(beta1), Float(1 - beta1), Float(beta2), Float(1 - beta2))
    let correction = Float((1 - power(beta2, memory.steps)).squareRoot() / (1 - power(beta1, memory.steps)))
    let small = Float(epsilon)
    memory.left.withDerived { left in
      memory.right.withDerived { right in
        memory.first.elements.withUnsafeMutableBufferPointer { first in
          memory.second.elements.withUnsafeMutableBufferPointer { second in
            guard let m = first.baseAddress, let v = second.baseAddress else { return }
            for i in 0..<count { m[i] = b1 * m[i] + s1 * matrix.gradient[i] }
            sandwich(left?.transposed, gradient, right, into: rotated, on: engine)
            sandwich(left?.transposed, MatrixView(m, matrix.rows, matrix.columns), right, into: mean, on: engine)
            let (g, n) = (rotated.elements, mean.elements)
            for i in 0..<count {
              v[i] = b2 * v[i] + s2 * (g[i] * g[i])
              n[i] = (correction * n[i]) / (v[i].squareRoot() + small)
            }
            sandwich(left, mean, right?.transposed, into: result, on: engine)
          }
        }
      }
    }
    return UnsafePointer(result.elements)
  }

  private func begin(_ factor: inout KroneckerFactor, _ engine: MatrixEngine) {
    guard factor.order > 0, let basis = try? Eigenbasis.all(factor.matrix(), on: engine.backend) else { return }
    factor.setDerived(basis)
  }

  /// The columns of the basis, and with them the second moments, in order; then one step of the power iteration.
  private func refresh(
    _ factor: inout KroneckerFactor, _ second: inout Buffer<Float>, _ matrix: MatrixGradient, isLeft: Bool
  ) {
    guard factor.order > 0 else { return }
    let (average, basis, n) = (factor.matrix(), factor.derivedMatrix, factor.order)
    let order = Eigenbasis.order(basis, average)
    var sorted = basis
    for (new, old) in order.enumerated() {
      for i in 0..<n { sorted.elements[i + new * n] = basis.elements[i + old * n] }
    }
    guard let next = try? Eigenbasis.refreshed(sorted, average, on: matrix.engine.backend) else { return }
    factor.setDerived(next)
    let old = second.elements
    let columns = matrix.columns
    for i in 0..<matrix.rows {
      for j in 0..<columns {
        second.elements[i * columns + j] = old[isLeft ? order[i] * columns + j : i * columns + order[j]]
      }
    }
  }
}
