// SPDX-License-Identifier: Apache-2.0
import GradusComposite
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusProblems

/// Partitions, rules and updates of block coordinate descent on badly scaled least squares.
///
///     ½|Ax − b|²,  A 1,000 × 200 with a tenth of the entries normal, columns times 10^U[−1, 1];  b = Ax° + 0.1·N(0, I)
///
/// and label propagation on a lattice of 40 × 40 vertices, where blocks are forests. Other blocks have 10 coordinates. An
/// iteration is one step that was taken, and the target is (f − f*)/(f(0) − f*) ≤ 1e-4. There is nothing to tune; the
/// baseline of each claim on least squares is the best of three random partitions, seen in hindsight.
public struct BlockCoordinateToolbox: AtlasEntry {
  public static let system = "Fast BCD toolbox"
  public static let home = "block-coordinate-descent, ForestElimination"
  public static let scale = AtlasScale(
    paper: "least squares, logistic, softmax, label propagation on lattices of 10⁴ variables, ℓ₁-regularized problems",
    here: "least squares of 1,000 rows in 200 variables, blocks of 10; a lattice of 1,600 variables (fast: the same)")
  public static let claims = [
    AtlasClaim(
      "variable blocks", "Variable greedy blocks need at most half the iterations of fixed greedy blocks.",
      metric: "iterations to a relative gap of 1e-4, gsd and matrix updates",
      baseline: "gs and matrix updates, best of three random partitions", .atMost, 0.5, requirement: .everySeed),
    AtlasClaim(
      "sorted blocks",
      "With blocks sorted by Lipschitz constants, gradient updates reach the target within 200 iterations.",
      metric: "iterations to a relative gap of 1e-4, gsl and gradient updates, at most 400",
      baseline: "the same on random blocks, best of three partitions, at most 400", .atMost, 200, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "random blocks", "They need at most half of the 400 iterations that do not suffice on random blocks.",
      metric: "iterations to a relative gap of 1e-4, gsl and gradient updates",
      baseline: "the same on random blocks, best of three partitions, 400 where not reached", .atMost, 0.5,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "messages",
      "Forests of a lattice that are solved by messages need at most half the iterations of gradient steps.",
      metric: "iterations to a gradient of 1e-2 times the first, gs and matrix updates, at most 400",
      baseline: "the same forests, gs and gradient updates, at most 400", .atMost, 0.5, requirement: .everySeed,
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random.child("instance")
    let problem = try ScaledLeastSquares(&random)
    let variable = try await iterations(problem, .variable, .gsd, .matrix, 0)
    try trial.step(0.2)
    let sorted = try await iterations(problem, .sorted, .gsl, .gradient, 0)
    try trial.step(0.4)
    var (fixed, scattered) = (Double.infinity, Double.infinity)
    for k in 0..<3 {
      let seed = trial.seed &* 3 &+ UInt64(k)
      fixed = min(fixed, try await iterations(problem, .random, .gs, .matrix, seed))
      scattered = min(scattered, try await iterations(problem, .random, .gsl, .gradient, seed))
      try trial.step(0.5 + 0.1 * Double(k))
    }
    let lattice = LabelLattice(width: 40, seed: trial.seed)
    let messages = try await propagations(lattice, .matrix)
    try trial.step(0.9)
    let gradients = try await propagations(lattice, .gradient)
    return [
      AtlasObservation("variable blocks", measured: variable, baseline: fixed),
      AtlasObservation("sorted blocks", measured: sorted, baseline: scattered),
      AtlasObservation("random blocks", measured: sorted, baseline: scattered),
      AtlasObservation("messages", measured: messages, baseline: gradients),
    ]
  }

  /// Steps on forest blocks until the gradient is a hundredth of the first; 400 where that many do not suffice.
  private func propagations(
    _ lattice: LabelLattice, _ update: BlockCoordinateDescent.Update
  ) async throws -> Double {
    var method = BlockCoordinateDescent()
    (method.partition, method.rule, method.update) = (.forest, .gs, update)
    let start = Vector.zeros(lattice.width * lattice.width)
    let run = try Run(BoxConstrained(.all(start.count), start: start, isConvex: true), by: method, asking: lattice)
    var first: Double?
    while run.state.iterations < 400, try await run.step() {
      guard let measure = run.report.measure else { continue }
      if let first, measure <= 1e-2 * first { return Double(run.state.iterations) }
      if first == nil { first = measure }
    }
    return 400
  }

  /// Steps taken until the target; 400 where that many do not suffice.
  private func iterations(
    _ problem: ScaledLeastSquares, _ partition: BlockCoordinateDescent.Partition, _ rule: BlockCoordinateDescent.Rule,
    _ update: BlockCoordinateDescent.Update, _ seed: UInt64
  ) async throws -> Double {
    var method = BlockCoordinateDescent()
    (method.partition, method.rule, method.update, method.size) = (partition, rule, update, 10)
    let start = Vector.zeros(problem.gram.columnCount)
    let run = try Run(
      BoxConstrained(.all(start.count), start: start, isConvex: true), by: method, asking: problem, seed: seed)
    let target = problem.minimum + 1e-4 * (problem.offset - problem.minimum)
    while run.state.iterations < 400, try await run.step() {
      if let value = run.report.value, value <= target { return Double(run.state.iterations) }
    }
    return 400
  }
}

/// ½|Ax − b|² by its Gram matrix: ½xᵀHx − cᵀx + ½|b|².
private struct ScaledLeastSquares: SecondOrderOracle {
  let gram: Matrix
  let right: Vector
  /// f(0).
  let offset: Double
  /// f*.
  let minimum: Double

  init(_ random: inout RandomStream) throws {
    let (m, n) = (1_000, 200)
    var a = Matrix(rowCount: m, columnCount: n)
    for j in 0..<n {
      let scale = Self.powerOfTen(random.uniform(-1, 1))
      for i in 0..<m where random.uniform() < 0.1 { a.elements[i + j * m] = scale * random.normal() }
    }
    let b = a.times(random.normals(n)) + 0.1 * random.normals(m)
    gram = a.transposed.times(a)
    right = a.transposedTimes(b)
    offset = 0.5 * b.inner(b)
    let best = try Cholesky(gram, on: .portable).solve(right)
    minimum = offset - 0.5 * best.inner(right)
  }

  /// 10^t by its series at t/16, squared four times.
  private static func powerOfTen(_ t: Double) -> Double {
    let exponent = t * 2.302585092994046 / 16
    var (sum, term) = (1.0, 1.0)
    for k in 1...16 {
      term *= exponent / Double(k)
      sum += term
    }
    for _ in 0..<4 { sum *= sum }
    return sum
  }

  private func linearizationNow(_ x: Vector) -> Linearization<Vector> {
    let image = gram.times(x)
    return Linearization(value: 0.5 * x.inner(image) - right.inner(x) + offset, gradient: image - right)
  }

  private func blockNow(_ block: [Int]) -> SparseMatrix {
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (j, column) in block.enumerated() {
      for (i, row) in block[...j].enumerated() { triplets.append((i, j, gram[row, column])) }
    }
    return SparseMatrix(rowCount: block.count, columnCount: block.count, triplets: triplets)
  }

  func linearization(at point: Vector) async throws -> Linearization<Vector> { linearizationNow(point) }
  func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { linearizationNow(point) }
  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector { gram.times(direction) }
  func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix { blockNow(block) }
  func immediateHessianBlock(at point: Vector, of block: [Int]) throws -> SparseMatrix? { blockNow(block) }
}
