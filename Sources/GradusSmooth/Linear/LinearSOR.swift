// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Successive overrelaxation, and its symmetric form, for square linear systems.
///
///     xᵢ ← (1 − ω)·xᵢ + ω/aᵢᵢ · (bᵢ − Σ_{j≠i} aᵢⱼxⱼ),   i = 1 … n   (symmetric: then i = n … 1)
///
/// **Needs** nothing: it reads the matrix. One turn is one sweep (two of the symmetric form) and the residual after it.
/// **Keeps** two vectors. **Guarantee** converges for symmetric positive definite A and 0 < ω < 2; elsewhere it may diverge,
/// and says so. **Reference** D. Young, Trans. AMS 76 (1954).
public struct LinearSOR: Catalogued {
  public var tolerance = 1e-10
  /// ω.
  public var factor = 1.5
  public var symmetric = false

  public init() {}

  public static let card = Card(
    "sor", "successive overrelaxation for linear systems", guarantee: "linear for positive definite matrices",
    reference: "Young 1954",
    trials: [
      Trial("laplacian-system", answers: 120, value: 1e-15), Trial("convection-system", answers: 120, value: 1e-15),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual relative to the right-hand side", role: .limit),
    Setting("factor", \.factor, in: 0.01...1.99, "relaxation factor"),
    Setting("symmetric", \.symmetric, "a backward sweep after each forward one"),
  ]

  /// The iterate, and the rows it sweeps over, which are made again when a run is resumed.
  public struct State: Sendable, Codable {
    let given: Given<LinearSystem>
    private let rows: SplitRows
    let start: LinearStart
    var solver: Overrelaxation

    init(_ problem: LinearSystem, tolerance: Double) throws(LinearSystemError) {
      given = Given(problem)
      rows = try SplitRows(problem.matrix)
      (start, solver) = LinearStart.begin(problem) { r, size in
        Overrelaxation(rightHandSide: r, relative: tolerance, absolute: tolerance * size)
      }
    }

    /// What was spent so far, the same on every machine.
    public var counts: OperationCounts { start.counted(solver.counts) }

    mutating func advance(_ method: LinearSOR) {
      solver.step(rows, factor: method.factor, symmetric: method.symmetric)
    }

    private enum Key: String, CodingKey { case given, start, solver }

    public init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: Key.self)
      given = try box.decode(Given<LinearSystem>.self, forKey: .given)
      start = try box.decode(LinearStart.self, forKey: .start)
      solver = try box.decode(Overrelaxation.self, forKey: .solver)
      rows = try SplitRows(given.value.matrix)
    }

    public func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(given, forKey: .given)
      try box.encode(start, forKey: .start)
      try box.encode(solver, forKey: .solver)
    }
  }

  /// Throws `Unsuitable` for matrices that are not square or have a zero on the diagonal.
  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    try problem.require(for: Self.card.name)
    return try suiting(
      Self.card.name, needs: "a diagonal without zeros", remedy: "minres, gmres and lsqr do without one."
    ) { try State(problem, tolerance: tolerance) }
  }

  public func ask(_ s: inout State) -> Turn? { s.solver.status == .running ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance(self) }

  public func report(_ s: State) -> Report<Vector> {
    let norm = s.solver.residualNorm
    let size = s.given.value.rightHandSide.norm
    var report = Report(point: s.start.moved(s.solver.solution))
    report.operations = s.counts.operations
    if norm.isFinite { (report.value, report.measure) = (0.5 * norm * norm, size > 0 ? norm / size : norm) }
    switch s.solver.status {
    case .running: break
    case .converged: report.claim = .optimal
    case .stalled: report.claim = .stalled
    case .indefinite, .failed: report.claim = .failed
    }
    return report
  }
}
