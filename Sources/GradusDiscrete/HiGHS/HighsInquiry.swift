// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

/// One question put to one fresh instance of HiGHS: what the oracle in process and the helper process have in common.
///
/// A new instance a question, so that equal questions have equal answers whatever was asked before. Blocking.
struct HighsInquiry {
  let highs: Highs
  /// Looked at several times a second at least.
  let shouldStop: () -> Bool
  /// Hears what happens meanwhile.
  let relay: (Interim) -> Void
  /// Hears the answer before rays and feasible points are computed for it, which may take as long again.
  var settle: (LinearAnswer) -> Void = { _ in }

  /// Solves, and computes what the claim needs as proof: a Farkas ray, or a feasible point and an improving ray.
  ///
  /// The form is let go as soon as HiGHS has copied it. Throws `SettingError` for options that HiGHS does not know.
  func answer(_ question: SolveLinear, about form: consuming StandardForm) throws -> LinearAnswer {
    let began = MonotonicTime.now
    return try solve(question, about: consume form, since: began).timed(since: began, if: question)
  }

  private func solve(
    _ question: SolveLinear, about form: consuming StandardForm, since began: Double
  ) throws -> LinearAnswer {
    let discrete = !question.relaxed && form.kinds.contains { $0 != .continuous }
    let costs = form.costs
    if let obstacle = form.obstacle(relaxed: question.relaxed) { return failed(obstacle) }
    let session: HighsSession
    do {
      session = try HighsSession(highs)
      try configure(session, question.settings)
      try form.lend(question) { model throws(HighsError) in try session.pass(model) }
      // A start that does not fit is the caller's mistake, not a reason to give up.
      if let basis = question.basis, !discrete { try session.setBasis(basis) }
      if let start = question.start { try session.setSolution(start.elements) }
    } catch {
      if let complaint = error.complaint { throw complaint }
      return failed(error.description)
    }
    _ = consume form
    let listener = HighsListener(began: began, discrete: discrete, shouldStop: shouldStop, relay: relay)
    listener.keepsIncumbents = question.settings.keepsIncumbents
    let deadline = question.settings.timeLimit.map { began + $0 }
    var answer = collect(session, session.run(observe: listener.hear), discrete: discrete)
    answer.incumbents = listener.incumbents
    guard [.infeasible, .unbounded, .infeasibleOrUnbounded].contains(answer.status) else { return answer }
    settle(answer)
    listener.deadline = deadline
    let proof = HighsProof(session: session, costs: costs, discrete: discrete, observe: listener.hear)
    proof.complete(&answer)
    return answer
  }

  private func configure(_ session: HighsSession, _ settings: LinearSolveSettings) throws(HighsError) {
    var limits = HighsLimits()
    limits.time = settings.timeLimit
    limits.nodes = settings.nodeLimit
    limits.iterations = settings.iterationLimit
    limits.gapRelative = settings.gapRelative
    limits.gapAbsolute = settings.gapAbsolute
    limits.primalFeasibility = settings.feasibility
    limits.dualFeasibility = settings.dual
    limits.integrality = settings.integrality
    limits.threads = settings.threads
    limits.seed = settings.seed
    try session.set(limits)
    for (name, value) in settings.options.sorted(by: { $0.key < $1.key }) { try session.set(name, to: value) }
  }

  private func failed(_ cause: String) -> LinearAnswer {
    var answer = LinearAnswer(status: .failed, source: source)
    answer.failure = cause
    return answer
  }

  private var source: String { "HiGHS \(highs.version)" }

  /// What HiGHS holds after a solve, as an answer.
  private func collect(_ session: HighsSession, _ status: HighsStatus, discrete: Bool) -> LinearAnswer {
    let information = session.information
    var answer = LinearAnswer(status: status.meaning, source: source)
    if answer.status == .failed { answer.failure = "HiGHS ended with the status \(status)" }
    answer.nodes = information.nodes
    answer.iterations =
      information.simplexIterations + information.interiorPointIterations + information.crossoverIterations
      + information.firstOrderIterations
    let point = session.point
    let doubtful = status == .unknown
    if information.primal == .feasible || doubtful && information.primal != .none {
      answer.primal = Vector(point.columns)
      answer.objective = information.objective
    }
    if discrete {
      answer.bound = information.bound.flatMap { $0.isFinite ? $0 : nil }
    } else if information.dual == .feasible || doubtful && information.dual != .none {
      answer.duals = Vector(point.rowDuals)
      answer.reducedCosts = Vector(point.columnDuals)
      if status == .optimal { answer.bound = information.objective }
    }
    if !discrete, let basis = session.basis {
      answer.basis = Basis(columns: basis.columns.map(\.meaning), rows: basis.rows.map(\.meaning))
    }
    return answer
  }
}

extension LinearAnswer {
  /// The answer with the seconds it took, where the question limits them; without a limit nothing depends on a clock.
  func timed(since began: Double, if question: SolveLinear) -> LinearAnswer {
    guard question.settings.timeLimit != nil else { return self }
    var answer = self
    answer.seconds = MonotonicTime.now - began
    return answer
  }
}

extension HighsStatus {
  /// The status in the words of the question. A target or bound of HiGHS's own options counts as an interruption.
  fileprivate var meaning: LinearStatus {
    switch self {
    case .optimal, .modelEmpty: .optimal
    case .infeasible: .infeasible
    case .unbounded: .unbounded
    case .unboundedOrInfeasible: .infeasibleOrUnbounded
    case .timeLimit: .timeLimit
    case .iterationLimit: .iterationLimit
    case .solutionLimit: .nodeLimit
    case .memoryLimit: .memoryLimit
    case .interrupted, .highsInterrupted, .objectiveBound, .objectiveTarget: .interrupted
    case .notSet, .loadError, .modelError, .presolveError, .solveError, .postsolveError, .unknown: .failed
    }
  }
}

extension HighsBasisStatus {
  fileprivate var meaning: BasisStatus {
    switch self {
    case .lower: .lower
    case .basic: .basic
    case .upper: .upper
    case .zero: .free
    case .nonbasic: .nonbasic
    }
  }
}

extension BasisStatus {
  var highs: HighsBasisStatus {
    switch self {
    case .lower: .lower
    case .basic: .basic
    case .upper: .upper
    case .free: .zero
    case .nonbasic: .nonbasic
    }
  }
}

extension HighsSession {
  fileprivate func setBasis(_ basis: Basis) throws(HighsError) {
    try setBasis(columns: basis.columns.map(\.highs), rows: basis.rows.map(\.highs))
  }
}

extension HighsError {
  /// What a user got wrong in the settings; nil for everything else.
  fileprivate var complaint: SettingError? {
    switch self {
    case .unknownOption(let name, let nearest): .unknown(name, method: "HiGHS", nearest: nearest)
    case .badOption(let name, let value):
      .unreadable(name, text: value, expected: "a value this build of HiGHS accepts")
    case .badModel, .badStart, .outOfMemory: nil
    }
  }
}
