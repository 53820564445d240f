// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Gradients between inverse roots of their second moments, one for rows and one for columns.
///
///     L ← β₂L + (1 − β₂)GGᵀ,   R ← β₂R + (1 − β₂)GᵀG          β₂ = 1: sums
///     M ← β₁M + (1 − β₁)G,   M̂ = M/(1 − β₁ᵗ)
///     D = (L/c + εI)^(−1/p)·M̂·(R/c + εI)^(−1/p),   c = 1 − β₂ᵗ (1 for sums),   p = 4
///     D ← D·‖A‖_F/‖D‖_F  for a direction A of known length (grafting);     W ← (1 − ηλ)W − ηD
///
/// A is M̂/(√(V/c) + ε') with V ← β₂V + (1 − β₂)G² (`adam`; β₂ = 1 gives AdaGrad), M̂ (`sgd`), or none. Matrices are divided into
/// blocks of at most `block` × `block`, each by itself. Roots are made anew in double precision every `interval` steps, from
/// the first. Filters are flattened to rows; vectors, embeddings and heads take AdamW.
///
/// **Needs** gradients. **Keeps** two numbers a parameter and 2(m² + n²) of an m × n block. Cost a step: 3mn(m + n)/2
/// multiplications; 9(m³ + n³) more each `interval`.
/// **Guarantee** regret O(√k) for convex losses with sums, p = 4 and no grafting. **Reference** V. Gupta, T. Koren, Y. Singer,
/// *Shampoo*, ICML 2018; R. Anil et al., *Scalable second order optimization for deep learning*, 2020; H.-J. M. Shi et al.,
/// *A distributed data-parallel PyTorch implementation of the distributed Shampoo optimizer*, 2023.
public struct Shampoo: CataloguedRule, MatrixRule {
  /// Whose length a direction has.
  public enum Graft: String, Sendable, Codable, Hashable, CaseIterable { case none, sgd, adam }

  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-12
  /// p.
  public var root = 4.0
  public var graft = Graft.adam
  /// ε'.
  public var graftEpsilon = 1e-8
  /// The longest side of a block.
  public var block = 1024
  /// Steps between two makings of the roots.
  public var interval = 10
  /// λ.
  public var decay = 0.0
  public var adam = AdamW(rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
  public var exceptions = Shampoo.usualExceptions

  public init() {}

  public static let card = Card(
    "shampoo", "gradients between inverse roots of second moments", guarantee: "regret for convex losses with sums",
    reference: "Gupta, Koren & Singer 2018", trials: [Trial("quadratic,n=10", answers: 10_000, value: 1e-3)])

  public static let settings: [Setting<Self>] =
    [
      .rate(\.rate), .beta1(\.beta1),
      Setting("beta2", \.beta2, in: 0...1, "factor of the second moments, 1 for sums"),
      Setting("epsilon", \.epsilon, in: 1e-30...1e30, "multiple of the identity in the second moments"),
      Setting("root", \.root, in: 1...16, "order of the inverse roots"),
      Setting("graft", choice: \.graft, "whose length a direction has"),
      Setting("graft_epsilon", \.graftEpsilon, in: 0...1e3, "added to the root of Adam's second moment in grafting"),
      Setting("block", \.block, in: 1...1e5, "longest side of a block"),
      Setting("interval", \.interval, in: 1...1e6, "steps between two makings of the roots"),
    ] + sharedSettings

  public var wordsPerParameter: Double { graft == .adam ? 6 : 5 }

  /// L and R of every block with their roots, M, and V where Adam is grafted.
  public struct Memory: Sendable, Codable {
    public internal(set) var left: [KroneckerFactor]
    public internal(set) var right: [KroneckerFactor]
    public internal(set) var first: Buffer<Float>
    public internal(set) var second: Buffer<Float>
    /// Gradients seen.
    public internal(set) var steps = 0
  }

  /// Top, left, height and width of the blocks.
  private func blocks(_ rows: Int, _ columns: Int) -> [(top: Int, left: Int, height: Int, width: Int)] {
    stride(from: 0, to: rows, by: block).flatMap { top in
      stride(from: 0, to: columns, by: block).map { left in
        (top, left, min(block, rows - top), min(block, columns - left))
      }
    }
  }

  public func start(rows: Int, columns: Int) -> Memory {
    let all = blocks(rows, columns)
    return Memory(
      left: all.map { KroneckerFactor(order: $0.height) }, right: all.map { KroneckerFactor(order: $0.width) },
      first: Buffer(repeating: 0, count: rows * columns),
      second: Buffer(repeating: 0, count: graft == .adam ? rows * columns : 0))
  }

  public func direction(_ matrix: MatrixGradient, memory: inout Memory, step: Int) -> MatrixDirection? {
    let (engine, count) = (matrix.engine, matrix.count)
    let all = blocks(matrix.rows, matrix.columns)
    precondition(
      memory.first.count == count && memory.left.count == all.count
        && memory.second.count == (graft == .adam ? count : 0), "the memory of the rule belongs to another layout")
    memory.steps += 1
    let gradient = MatrixView(UnsafeMutablePointer(mutating: matrix.gradient), matrix.rows, matrix.columns)
    let mean = MatrixView(engine.scratch(8, count, Float.self), matrix.rows, matrix.columns)
    let result = MatrixView(engine.scratch(9, count, Float.self), matrix.rows, matrix.columns)
    let share = beta2 < 1 ? 1 - beta2 : 1
    let correction = beta2 < 1 ? 1 - power(beta2, memory.steps) : 1
    let grafted = moments(matrix, &memory, mean.elements, share, correction)
    for (index, place) in all.enumerated() {
      let part = gradient.block(place.top, place.left, place.height, place.width)
      memory.left[index].add(part, keep: beta2, share: share, on: engine)
      memory.right[index].add(part.transposed, keep: beta2, share: share, on: engine)
      if (memory.steps - 1) % interval == 0 {
        refresh(&memory.left[index], 1 / correction, engine)
        refresh(&memory.right[index], 1 / correction, engine)
      }
      let heard = mean.block(place.top, place.left, place.height, place.width)
      let said = result.block(place.top, place.left, place.height, place.width)
      memory.left[index].withDerived { left in
        memory.right[index].withDerived { right in sandwich(left, heard, right, into: said, on: engine) }
      }
      if graft != .none { rescale(said, to: grafted.block(place.top, place.left, place.height, place.width)) }
    }
    return MatrixDirection(result.elements)
  }

  /// M̂ into `mean`; the direction whose length is taken.
  private func moments(
    _ matrix: MatrixGradient, _ memory: inout Memory, _ mean: UnsafeMutablePointer<Float>, _ share: Double,
    _ correction: Double
  ) -> MatrixView<Float> {
    let count = matrix.count
    let (b1, s1, b2, s2) = (Float(beta1), Float(1 - beta1), Float(beta2), Float(share))
    let correction1 = Float(1 / (1 - power(beta1, memory.steps)))
    let (correction2, small) = (Float(1 / correction), Float(graftEpsilon))
    let gradient = matrix.gradient
    memory.first.elements.withUnsafeMutableBufferPointer { first in
      for i in 0..<count {
        let next = b1 * first[i] + s1 * gradient[i]
        first[i] = next
        mean[i] = correction1 * next
      }
    }
    guard graft == .adam else { return MatrixView(mean, matrix.rows, matrix.columns) }
    let target = matrix.engine.scratch(10, count, Float.self)
    memory.second.elements.withUnsafeMutableBufferPointer { second in
      for i in 0..<count {
        let next = b2 * second[i] + s2 * (gradient[i] * gradient[i])
        second[i] = next
        target[i] = mean[i] / ((correction2 * next).squareRoot() + small)
      }
    }
    return MatrixView(target, matrix.rows, matrix.columns)
  }

  /// The inverse root of a factor; the one before where there is none.
  private func refresh(_ factor: inout KroneckerFactor, _ scale: Double, _ engine: MatrixEngine) {
    guard
      let found = try? InverseRoot.byEigenvalues(factor.matrix(scale), p: root, shift: epsilon, on: engine.backend)
    else { return }
    factor.setDerived(found)
  }

  /// X ← X·‖A‖/‖X‖.
  private func rescale(_ x: MatrixView<Float>, to a: MatrixView<Float>) {
    var (own, wanted) = (0.0, 0.0)
    for i in 0..<x.rows {
      own += MatrixEngine.squares(x.elements + i * x.stride, x.columns)
      wanted += MatrixEngine.squares(a.elements + i * a.stride, a.columns)
    }
    let factor = own > 0 ? Float((wanted / own).squareRoot()) : 0
    for i in 0..<x.rows { MatrixEngine.scale(x.elements + i * x.stride, x.columns, factor) }
  }
}
