// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// HiGHS: simplex, interior-point and first-order methods for linear programs, branch and cut for integer ones.
///
///     optimize cᵀx   subject to   rowLower ≤ Ax ≤ rowUpper,   columnLower ≤ x ≤ columnUpper,   xⱼ integer for some j
///
/// One question is the whole solve. Where the answer misses the judge's tolerances in the user's units it is repaired by a
/// second question: a linear program is solved again with tighter tolerances, from its basis where it has one; an integer
/// point is rounded, its integer variables are fixed, and the continuous rest is solved for. The second question has what
/// the first left of the time limit, and is not asked when nothing is left.
///
/// Takes no rows during its search; for lazy constraints and user cuts, a Swift program uses `HighsCuts`, which asks for them
/// between solves.
///
/// **Needs** a linear programming solver. **Keeps** one answer.
/// **Guarantee** what HiGHS claims, as far as the problem's judge confirms it; bounds of integer programs are HiGHS's word.
/// **Reference** Q. Huangfu and J. A. J. Hall, *Parallelizing the dual revised simplex method*, Mathematical Programming
/// Computation 10 (2018).
public struct HighsSolver: Catalogued {
  /// How linear programs are solved.
  public enum Algorithm: String, Sendable, Codable, CaseIterable { case choose, simplex, ipm, ipx, hipo, pdlp }
  /// A switch of HiGHS that may be left to HiGHS.
  public enum Choice: String, Sendable, Codable, CaseIterable { case choose, on, off }

  public var solver = Algorithm.choose
  public var presolve = Choice.choose
  public var crossover = Choice.on
  public var gap = 1e-4
  public var gapAbsolute = 1e-6
  public var feasibility = 1e-7
  public var dual = 1e-7
  public var integrality = 1e-6
  public var time = Double.infinity
  public var nodes = Int(Int32.max)
  public var iterations = Int(Int32.max)
  public var threads = 1
  public var seed = 0
  public var repair = true
  /// Further options by HiGHS's names, as `name=value` separated by commas.
  public var options = ""
  /// A point and a basis to start from.
  public var start: Vector?
  public var basis: Basis?

  public init() {}

  public static let card = Card(
    "highs", "HiGHS: simplex, interior point, branch and cut",
    guarantee: "the claims of HiGHS, as far as the judge confirms them", reference: "Huangfu & Hall 2018",
    trials: [
      Trial("blending", answers: 3, value: -36 + 1e-6), Trial("transport", answers: 3, value: 870 + 1e-6),
      Trial("knapsack", answers: 3, value: -41 + 1e-6),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("solver", choice: \.solver, "algorithm for linear programs"),
    Setting("presolve", choice: \.presolve, "simplify the program first"),
    Setting("crossover", choice: \.crossover, "make a basis from an interior point"),
    Setting("gap", \.gap, in: 0...1e6, "relative gap at which an integer program counts as solved", role: .limit),
    Setting(
      "gap-absolute", \.gapAbsolute, in: 0...1e20, "absolute gap at which an integer program counts as solved",
      role: .limit),
    Setting(
      "feasibility", \.feasibility, in: 1e-10...1, "violation of rows and bounds that HiGHS may leave", role: .limit),
    Setting(
      "dual", \.dual, in: 1e-10...1, "violation of the signs of reduced costs that HiGHS may leave", role: .limit),
    Setting(
      "integrality", \.integrality, in: 1e-10...0.5, "distance from whole numbers that HiGHS may leave", role: .limit),
    Setting("time", \.time, in: 0...Double.infinity, "seconds, the repair included", role: .limit),
    Setting("nodes", \.nodes, in: 0...2_147_483_647, "nodes of the search tree", role: .limit),
    Setting("iterations", \.iterations, in: 0...2_147_483_647, "iterations on a linear program", role: .limit),
    Setting("threads", \.threads, in: 0...1024, "threads of HiGHS; 0: its own choice", role: .limit),
    Setting("seed", \.seed, in: 0...2_147_483_647, "seed of HiGHS's own random numbers", role: .limit),
    Setting("repair", \.repair, "ask again when the answer misses the tolerances", role: .limit),
    Setting("options", \.options, "options by HiGHS's names: name=value,name=value"),
  ]

  /// Options of HiGHS that change how an integer program is searched, and how a linear one is, but not what is an answer.
  public static let variations: [SettingVariation] = {
    let (integer, linear): (Set, Set) = (["MIP"], ["LP"])
    return [
      SettingVariation("presolve", ["choose", "off"]),
      SettingVariation("solver", ["choose", "simplex", "ipm"], for: linear),
      SettingVariation("crossover", ["on", "choose"], for: linear),
      SettingVariation("mip_heuristic_run_rins", ["true", "false"], in: "options", for: integer),
      SettingVariation("mip_heuristic_run_rens", ["true", "false"], in: "options", for: integer),
      SettingVariation("mip_heuristic_run_feasibility_jump", ["true", "false"], in: "options", for: integer),
      SettingVariation("mip_allow_restart", ["true", "false"], in: "options", for: integer),
      SettingVariation("mip_detect_symmetry", ["true", "false"], in: "options", for: integer),
      SettingVariation("mip_pscost_minreliable", ["8", "1", "32"], in: "options", for: integer),
      SettingVariation("mip_lp_age_limit", ["10", "3"], in: "options", for: integer),
      SettingVariation("mip_allow_cut_separation_at_nodes", ["true", "false"], in: "options", for: integer),
      SettingVariation("simplex_strategy", ["1", "4"], in: "options", for: linear),
    ]
  }()

  /// The program, the better answer so far, and whether it is still to be repaired.
  public struct State: Sendable, Codable {
    enum Phase: String, Codable { case solve, repair, done }
    var program: Given<MixedIntegerProgram>
    var phase = Phase.solve
    var answer: LinearAnswer?
    /// Seconds of the time limit that the first question left.
    var timeLeft: Double?
  }

  /// Checks that the settings can be read and that start and basis fit the program.
  public func start(_ problem: MixedIntegerProgram, random: RandomStream) throws -> State {
    _ = try settings()
    let form = problem.form
    if let start, start.count != form.variableCount {
      throw Unsuitable(
        method: Self.card.name, needs: "a start with \(form.variableCount) values", found: "one with \(start.count)",
        remedy: "Give one value a variable.")
    }
    if let basis, basis.columns.count != form.variableCount || basis.rows.count != form.constraintCount {
      throw Unsuitable(
        method: Self.card.name, needs: "a basis of \(form.variableCount) columns and \(form.constraintCount) rows",
        found: "one of \(basis.columns.count) and \(basis.rows.count)", remedy: "Use a basis of this program.")
    }
    return State(program: Given(problem))
  }

  /// The whole program, then at most one question that repairs the answer.
  public func ask(_ s: inout State) -> SolveLinear? {
    guard let settings = try? settings() else { return nil }
    switch s.phase {
    case .solve:
      var question = SolveLinear()
      question.settings = settings
      question.start = start
      question.basis = basis
      return question
    case .repair:
      var rest = settings
      rest.timeLimit = s.timeLeft ?? settings.timeLimit
      return s.answer.map { repair($0, of: s.program.value.form, rest) }
    case .done: return nil
    }
  }

  /// Keeps the answer, or the better one of it and its repair.
  public func tell(_ s: inout State, _ answer: consuming LinearAnswer, to question: consuming SolveLinear) {
    let form = s.program.value.form
    switch s.phase {
    case .solve:
      if time < .infinity { s.timeLeft = answer.seconds.map { max(0, time - $0) } }
      let wanting = repair && s.timeLeft != 0 && needsRepair(answer, in: form)
      s.answer = answer
      s.phase = wanting ? .repair : .done
    case .repair:
      if let first = s.answer { s.answer = better(first, answer, in: form) }
      s.phase = .done
    case .done: preconditionFailure("an answer was told that was not asked for")
    }
  }

  /// The answer as HiGHS gave it; before there is one, the start or the point of the box nearest to zero.
  public func report(_ s: State) -> Report<Vector> {
    let form = s.program.value.form
    let fallback = { Vector(form.costs.indices.map { min(max(0, form.columnLower[$0]), form.columnUpper[$0]) }) }
    guard let answer = s.answer else { return Report(point: start ?? fallback()) }
    // A point with NaN in it is no point, whatever status came with it.
    let primal = answer.primal.flatMap { $0.isFinite ? $0 : nil }
    let objective = answer.objective.flatMap { $0.isNaN ? nil : $0 }
    var report = Report(
      point: primal ?? fallback(), value: primal.map { objective ?? form.objective(at: $0) },
      claim: answer.status.claim)
    report.bound = answer.bound
    report.boundSource = answer.source
    report.multipliers = answer.duals
    report.reducedCosts = answer.reducedCosts
    report.ray = answer.ray
    report.basis = answer.basis
    report.limit = answer.limit
    return report
  }

  /// The settings as HiGHS hears them. Throws when `options` cannot be read.
  private func settings() throws(SettingError) -> LinearSolveSettings {
    var settings = LinearSolveSettings()
    settings.timeLimit = time < .infinity ? time : nil
    settings.nodeLimit = nodes < Int(Int32.max) ? nodes : nil
    settings.iterationLimit = iterations < Int(Int32.max) ? iterations : nil
    settings.gapRelative = gap
    settings.gapAbsolute = gapAbsolute
    settings.feasibility = feasibility
    settings.dual = dual
    settings.integrality = integrality
    settings.threads = threads
    settings.seed = seed
    if solver != .choose { settings.options["solver"] = solver.rawValue }
    if presolve != .choose { settings.options["presolve"] = presolve.rawValue }
    if crossover != .on { settings.options["run_crossover"] = crossover.rawValue }
    for pair in options.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw .unreadable("options", text: String(pair), expected: "name=value,name=value")
      }
      settings.options[String(parts[0])] = String(parts[1])
    }
    return settings
  }
}
