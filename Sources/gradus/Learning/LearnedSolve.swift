// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `solve --learn STORE`: each problem is one round for a learner of settings, and the store remembers what it cost.
///
/// The settings that the user gave stay; tolerances and limits are never chosen. An attempt that comes to no statement
/// within its cap is followed by the default settings, so an answer is never worse than without learning.
struct LearnedSolve {
  /// In what costs are counted.
  enum Unit: String, CaseIterable, Sendable {
    /// By the clock.
    case seconds
    /// Of processors, ours and those of helpers: what other programs do hardly changes it.
    case processor
    /// Of questions.
    case answers
    /// Multiplications and additions, of methods that count them.
    case operations
  }

  private var store: SettingStore
  private var last: LastSolutions
  private let regret: Double
  private let unit: Unit?
  private let isQuiet: Bool

  init(store path: String, regret: Double, unit: Unit?, isQuiet: Bool) throws {
    store = try SettingStore(opening: path)
    last = LastSolutions(beside: path)
    self.regret = regret
    self.unit = unit
    self.isQuiet = isQuiet
  }

  /// Solves `subject`, learns from it, and gives the answer. `watch` sees every session before it begins.
  mutating func solve(
    _ subject: Subject, _ request: SolveRequest, watch: (SolveSession) -> Void
  ) async throws -> ResultDocument {
    let entry = try SolveSession.entry(for: subject, request)
    var round = Round(subject, request, entry, unit: unit ?? subject.usualUnit)
    round.last = last.point(of: round.family, names: subject.columnNames)
    let learner = SettingLearner(
      round.space, store.experiences(of: round.family, in: round.space), regret: regret, seed: request.seed)
    var proposal = learner.propose(in: round.context, holding: round.held)
    if let stranger = round.strangeness(among: learner.experiences) {
      if !isQuiet { Console.error("gradus: \(subject.summary.name) \(stranger); its settings are the default ones\n") }
      proposal.configuration = round.space.standard
      proposal.cap = .infinity
    }
    let isStandard = proposal.configuration == round.space.standard
    if !isQuiet, !isStandard {
      let names = round.space.names(of: proposal.configuration).map { "\($0.name)=\($0.value)" }
      Console.error("gradus: learned settings for \(subject.summary.name): \(names.joined(separator: " "))\n")
    }
    var first: Attempt?
    do {
      first = try await attempt(round, proposal.configuration, cap: proposal.cap, watch)
    } catch  where !isStandard {
      // Settings that the solver does not take, or that break it, are an attempt that came to nothing.
      try keep(nil, cost: max(proposal.predicted, 1e-3), proposal, of: round, at: learner.round)
    }
    if let first {
      try keep(first.document, cost: first.cost, proposal, of: round, at: learner.round)
      let isOver = isStandard || settles(first.document) || first.document.stopped.kind == .interrupt
      if isOver || !round.isTimeLeft { return try remember(first.document, of: round) }
    }
    let second = try await attempt(round, round.space.standard, cap: .infinity, watch)
    proposal.configuration = round.space.standard
    try keep(second.document, cost: second.cost, proposal, of: round, at: learner.round)
    return try remember(second.document, of: round)
  }

  /// Keeps the solution for the next problem to start from.
  private mutating func remember(_ document: ResultDocument, of round: Round) throws -> ResultDocument {
    if round.startSwitch != nil, document.status.isStatement, let solution = document.solution {
      try last.remember(solution.values, names: solution.names, of: round.family)
    }
    return document
  }

  /// True for a statement that the method came to by itself. A point at which an attempt was cut off may pass the judge and
  /// is still less than the method's own tolerance asks; that nothing feasible is near depends on where a method began.
  private func settles(_ document: ResultDocument) -> Bool {
    let wasCut = [.time, .answers, .cost].contains(document.stopped.kind)
    return document.status.isStatement && document.status != .locallyInfeasible && !wasCut
  }

  /// One attempt and its cost.
  private struct Attempt {
    var document: ResultDocument
    var cost: Double
  }

  private func attempt(
    _ round: Round, _ configuration: [Int], cap: Double, _ watch: (SolveSession) -> Void
  ) async throws -> Attempt {
    let request = round.request(configuration, cap: cap)
    let helper = SolveSession.Helper(for: round.subject.argument, request)
    let (began, processor) = (ContinuousClock.now, Self.processorSeconds)
    let session = try SolveSession(round.subject, request, helper)
    watch(session)
    let document = try await session.finish()
    let cost =
      switch round.unit {
      case .seconds: (ContinuousClock.now - began).seconds
      case .processor: Self.processorSeconds - processor + (helper.oracle?.processorSeconds ?? 0)
      case .answers: Double(max(1, document.steps))
      case .operations: Double(max(1, try operations(of: document)))
      }
    return Attempt(document: document, cost: cost)
  }

  private func operations(of document: ResultDocument) throws -> Int {
    guard let operations = document.operations else {
      throw Failure(
        .usage, "\(document.method.name) counts no operations; choose another '--learn-cost' or leave it out")
    }
    return operations
  }

  /// Processor seconds of this process.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Writes an attempt down; an interrupted one says nothing about its settings.
  private mutating func keep(
    _ document: ResultDocument?, cost: Double, _ proposal: SettingLearner.Proposal, of round: Round, at number: Int
  ) throws {
    guard document?.stopped.kind != .interrupt else { return }
    let isStandard = proposal.configuration == round.space.standard
    let isFinished = document.map { isStandard ? $0.status.isStatement : settles($0) } ?? false
    try store.append(
      SettingStore.Record(
        family: round.family, instance: round.subject.summary.fingerprint, round: number,
        settings: round.space.names(of: proposal.configuration).map { .init($0.name, $0.value) },
        context: round.context, cost: cost, isFinished: isFinished,
        expected: proposal.expected, status: document?.status.rawValue ?? Status.failed.rawValue))
  }
}

/// One problem in the terms of the learner.
private struct Round {
  let subject: Subject
  let base: SolveRequest
  let unit: LearnedSolve.Unit
  let space: SettingSpace
  let family: String
  let context: [Double]
  /// The switch between the problem's own start and the last solution; nil where a start means nothing.
  let startSwitch: Int?
  /// The last solution of a problem with the same names.
  var last: Vector?

  init(_ subject: Subject, _ request: SolveRequest, _ entry: MethodEntry, unit: LearnedSolve.Unit) {
    self.subject = subject
    var request = request
    let fixed = Set(request.settings.compactMap { try? SettingSplit.parts(of: $0).name })
    // Said of the sequence, not of the method.
    request.settings.removeAll { $0 == "\(Self.start)=given" }
    base = request
    self.unit = unit
    let summary = subject.summary
    var space = SettingSpace(of: entry, on: summary.kind, fixed: fixed)
    startSwitch = subject.takesStart(by: entry) && !fixed.contains(Self.start) ? space.switches.count : nil
    if startSwitch != nil { space.switches.append(.init(Self.start, ["given", "last"])) }
    self.space = space
    let topic = subject.isFile ? summary.kind : subject.problemName
    family = "\(entry.card.name) \(topic) \(unit.rawValue)"
    context =
      [summary.variables, summary.constraints, summary.nonzeros].map { log(Double($0 + 1)) } + subject.parameters
  }

  /// The switch as it is written in a store.
  private static let start = "start"

  /// Switches that cannot be turned this time.
  var held: Set<Int> { last == nil ? Set([startSwitch].compactMap(\.self)) : [] }

  var isTimeLeft: Bool { base.timeLimit.map { $0 > base.elapsed } ?? true }

  /// The request with these settings, cut off at `cap`.
  func request(_ configuration: [Int], cap: Double) -> SolveRequest {
    var request = base
    var configuration = configuration
    if let startSwitch {
      if configuration[startSwitch] != 0 { request.point = last }
      configuration[startSwitch] = 0
    }
    request.settings += space.assignments(of: configuration).map { "\($0.name)=\($0.value)" }
    guard cap < .infinity else { return request }
    // An attempt that will not be the answer is not explained.
    request.explains = false
    switch unit {
    // By the clock as well: a processor second takes at least one.
    case .seconds, .processor: request.timeLimit = min(base.timeLimit ?? .infinity, base.elapsed + cap)
    case .answers: request.answers = min(base.answers ?? .max, Self.whole(cap))
    case .operations: request.operations = Self.whole(cap)
    }
    return request
  }

  private static func whole(_ cap: Double) -> Int { max(1, Int(min(cap.rounded(.up), 1e18))) }

  /// Why the instance does not belong to those seen so far; nil when it does.
  func strangeness(among experiences: [SettingExperience]) -> String? {
    guard let known = experiences.first else { return nil }
    guard known.context.count == context.count else { return "has other features than the problems in the store" }
    for (name, i) in [("variables", 0), ("constraints", 1), ("nonzeros", 2)] {
      let seen = experiences.filter { $0.context.count == context.count }.map { $0.context[i] }
      let (low, high) = (seen.min() ?? 0, seen.max() ?? 0)
      if context[i] < low - log(10) || context[i] > high + log(10) {
        return "has more than ten times more or fewer \(name) than the problems in the store"
      }
    }
    return nil
  }
}

extension Subject {
  /// The name of a named problem; the argument for a file.
  fileprivate var problemName: String {
    guard argument.hasPrefix(Self.namedPrefix) else { return argument }
    return String(argument.dropFirst(Self.namedPrefix.count).prefix { $0 != "," })
  }

  /// In what costs are counted when nobody says.
  fileprivate var usualUnit: LearnedSolve.Unit {
    if case .named(let problem) = content, problem.form(LinearSystem.self) != nil { return .operations }
    return isFile ? .processor : .answers
  }

  /// True where a method begins at a point that may be chosen.
  fileprivate func takesStart(by entry: MethodEntry) -> Bool {
    switch content {
    case .program: true
    case .form(let form): entry.card.name == HighsSolver.card.name && form.isDiscrete
    case .fit, .training: false
    case .named(let problem):
      problem.forms.contains {
        $0 is LinearSystem || $0 is Unconstrained || $0 is LeastSquares || $0 is BoxConstrained
          || $0 is NonlinearProgram
      }
    }
  }

  /// The numbers that a named problem was made with, but for its seed, in the order of their names.
  fileprivate var parameters: [Double] {
    guard argument.hasPrefix(Self.namedPrefix) else { return [] }
    let pairs = summary.name.split(separator: ",").dropFirst().map { $0.split(separator: "=", maxSplits: 1) }
    return pairs.filter { $0.count == 2 && $0[0] != "seed" }.sorted { $0[0] < $1[0] }
      .compactMap { Double($0[1]) }.filter(\.isFinite)
  }
}
