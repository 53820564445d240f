// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Sketch-preconditioned LSQR for tall least-squares problems.
///
///     S·A = Q·R,   min ‖A·R⁻¹·y − (b − A·x₀)‖,   x = x₀ + R⁻¹·y,   x₀ = R⁻¹·Qᵀ·S·b
///
/// The sketch has `oversampling`·n rows; A·R⁻¹ is so well conditioned that the number of iterations does not depend on A.
/// **Needs** nothing: it reads the matrix. One turn is one iteration. **Keeps** four vectors; sketch and triangle are made
/// again from the same random numbers when a run is resumed.
/// **Guarantee** with high probability the error falls by about 1/√oversampling an iteration, whatever the condition.
/// **Reference** V. Rokhlin, M. Tygert, PNAS 105 (2008); H. Avron et al., SIAM J. Sci. Comput. 32 (2010).
public struct SketchedLSQR: Catalogued {
  public var tolerance = 1e-10
  /// Rows of the sketch a column.
  public var oversampling = 4.0
  /// Entries of the sketching matrix a row; 1 is CountSketch.
  public var entries = 8

  public init() {}

  public static let card = Card(
    "sketched-lsqr", "least squares with a preconditioner from a random sketch",
    guarantee: "linear with a rate that does not depend on the matrix", reference: "Rokhlin, Tygert 2008",
    trials: [
      Trial("regression-system", answers: 40, value: 1.0001), Trial("overdetermined-system", answers: 60, value: 1e-15),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual and its gradient, relative", role: .limit),
    Setting("oversampling", \.oversampling, in: 1.5...100, "rows of the sketch a column"),
    Setting("entries", \.entries, in: 1...64, "entries of the sketching matrix a row"),
  ]

  /// The iterate, and what is made again when a run is resumed.
  public struct State: Sendable, Codable {
    let given: Given<LinearSystem>
    private let method: SketchedLSQR
    private let random: RandomStream
    private var solver: LeastSquaresQR
    private let sketch: SketchPreconditioner
    private let system: SparseOperator

    init(_ problem: LinearSystem, _ method: SketchedLSQR, _ random: RandomStream) throws {
      given = Given(problem)
      self.method = method
      self.random = random
      (system, sketch) = try Self.prepare(problem, method, random)
      let residual = problem.residual(at: sketch.start)
      let size = problem.rightHandSide.norm
      solver = LeastSquaresQR(
        rightHandSide: residual, columnCount: problem.matrix.columnCount, relative: method.tolerance,
        absolute: method.tolerance * size)
    }

    private static func prepare(
      _ problem: LinearSystem, _ method: SketchedLSQR, _ random: RandomStream
    ) throws -> (SparseOperator, SketchPreconditioner) {
      let system = SparseOperator(problem.matrix)
      let sketch = try SketchPreconditioner(
        system, rightHandSide: problem.rightHandSide, oversampling: method.oversampling, perRow: method.entries,
        random: random)
      return (system, sketch)
    }

    /// What was spent so far, the sketch included; the same on every machine.
    public var counts: OperationCounts {
      var counts = solver.counts
      counts.operations += sketch.operations
      return counts
    }

    var isRunning: Bool { solver.status == .running }

    mutating func advance() { solver.step(sketch.applied(to: system)) }

    var report: Report<Vector> {
      let norm = solver.residualNorm
      let size = given.value.rightHandSide.norm
      var report = Report(point: sketch.start + sketch.solve(solver.solution))
      report.operations = counts.operations
      if norm.isFinite { (report.value, report.measure) = (0.5 * norm * norm, size > 0 ? norm / size : norm) }
      switch solver.status {
      case .running: break
      case .converged: report.claim = .optimal
      case .stalled: report.claim = .stalled
      case .indefinite, .failed: report.claim = .failed
      }
      return report
    }

    private enum Key: String, CodingKey { case given, method, random, solver }

    public init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: Key.self)
      given = try box.decode(Given<LinearSystem>.self, forKey: .given)
      method = try box.decode(SketchedLSQR.self, forKey: .method)
      random = try box.decode(RandomStream.self, forKey: .random)
      solver = try box.decode(LeastSquaresQR.self, forKey: .solver)
      (system, sketch) = try Self.prepare(given.value, method, random)
    }

    public func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(given, forKey: .given)
      try box.encode(method, forKey: .method)
      try box.encode(random, forKey: .random)
      try box.encode(solver, forKey: .solver)
    }
  }

  /// Throws `Unsuitable` for matrices with fewer rows than columns.
  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    guard problem.matrix.rowCount >= problem.matrix.columnCount, problem.matrix.columnCount > 0 else {
      throw Unsuitable(
        method: Self.card.name, needs: "at least as many rows as columns",
        found: "\(problem.matrix.rowCount) rows and \(problem.matrix.columnCount) columns",
        remedy: "lsqr takes any shape.")
    }
    return try suiting(Self.card.name, needs: "finite entries", remedy: "lsqr does without a sketch.") {
      try State(problem, self, random.child("sketch"))
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
