// SPDX-License-Identifier: Apache-2.0
import Gradus

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
  }

  private var store: SettingStore
  private let regret: Double
  private let unit: Unit?
  private let isQuiet: Bool

  init(store path: String, regret: Double, unit: Unit?, isQuiet: Bool) throws {
    store = try SettingStore(opening: path)
    self.regret = regret
    self.unit = unit
    self.isQuiet = isQuiet
  }

  /// Solves `subject`, learns from it, and gives the answer. `watch` sees every session before it begins.
  mutating func solve(
    _ subject: Subject, _ request: SolveRequest, watch: (SolveSession) -> Void
  ) async throws -> ResultDocument {
    let entry = try SolveSession.entry(for: subject, request)
    let round = Round(subject, request, entry, unit: unit ?? (subject.isFile ? .processor : .answers))
    let learner = SettingLearner(
      round.space, store.experiences(of: round.family, in: round.space), regret: regret, seed: request.seed)
    var proposal = learner.propose(in: round.context)
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
      let isOver = isStandard || first.document.status.isStatement || first.document.stopped.kind == .interrupt
      if isOver || !round.isTimeLeft { return first.document }
    }
    let second = try await attempt(round, round.space.standard, cap: .infinity, watch)
    proposal.configuration = round.space.standard
    try keep(second.document, cost: second.cost, proposal, of: round, at: learner.round)
    return second.document
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
      case .answers: Double(document.steps)
      }
    return Attempt(document: document, cost: cost)
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
    try store.append(
      SettingStore.Record(
        family: round.family, instance: round.subject.summary.fingerprint, round: number,
        settings: round.space.names(of: proposal.configuration).map { .init($0.name, $0.value) },
        context: round.context, cost: cost, isFinished: document?.status.isStatement == true,
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

  init(_ subject: Subject, _ request: SolveRequest, _ entry: MethodEntry, unit: LearnedSolve.Unit) {
    self.subject = subject
    base = request
    self.unit = unit
    let fixed = Set(request.settings.compactMap { try? SettingSplit.parts(of: $0).name })
    let summary = subject.summary
    space = SettingSpace(of: entry, on: summary.kind, fixed: fixed)
    let topic = subject.isFile ? summary.kind : subject.problemName
    family = "\(entry.card.name) \(topic) \(unit.rawValue)"
    context =
      [summary.variables, summary.constraints, summary.nonzeros].map { log(Double($0 + 1)) } + subject.parameters
  }

  var isTimeLeft: Bool { base.timeLimit.map { $0 > base.elapsed } ?? true }

  /// The request with these settings, cut off at `cap`.
  func request(_ configuration: [Int], cap: Double) -> SolveRequest {
    var request = base
    request.settings += space.assignments(of: configuration).map { "\($0.name)=\($0.value)" }
    guard cap < .infinity else { return request }
    // An attempt that will not be the answer is not explained.
    request.explains = false
    switch unit {
    // By the clock as well: a processor second takes at least one.
    case .seconds, .processor: request.timeLimit = min(base.timeLimit ?? .infinity, base.elapsed + cap)
    case .answers: request.answers = min(base.answers ?? .max, max(1, Int(cap.rounded(.up))))
    }
    return request
  }

  /// Why the instance does not belong to those seen so far; nil when it does.
  func strangeness(among experiences: [SettingExperience]) -> String? {
    guard let known = experiences.first else { return nil }
    guard known.context.count == context.count else { return "has other features than the problems in the store" }
    for (name, i) in [("variables", 0), ("constraints", 1), ("nonzeros", 2)] {
      let seen = experiences.map { $0.context[i] }
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

  /// The numbers that a named problem was made with, but for its seed, in the order of their names.
  fileprivate var parameters: [Double] {
    guard argument.hasPrefix(Self.namedPrefix) else { return [] }
    let pairs = argument.split(separator: ",").dropFirst().map { $0.split(separator: "=", maxSplits: 1) }
    return pairs.filter { $0.count == 2 && $0[0] != "seed" }.sorted { $0[0] < $1[0] }
      .compactMap { Double($0[1]) }.filter(\.isFinite)
  }
}
