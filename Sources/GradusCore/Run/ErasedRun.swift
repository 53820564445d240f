// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What happens in a run whose types are known only at run time.
public enum ErasedEvent: Sendable {
  case started
  case answered(RunProgress)
  case improved(Report<Vector>, RunProgress)
  case interim(Interim)
  case saved(answers: Int)
  case stopped(StopReason)
}

/// A question for somebody outside the process.
public struct OutsideQuestion: Sendable {
  public var number: Int
  public var points: [Vector]
  /// At which fidelity in (0, 1]; nil where the question knows no others than the full one.
  public var fidelity: Double?
}

/// A solution whose point type is known only at run time. The report's point is empty when points are not vectors.
public struct ErasedSolution: Sendable {
  public var point: any Sendable & Codable
  public var report: Report<Vector>
  public var verdict: Verdict
  public var stopped: StopReason
  /// Answers by kind, cost and time so far.
  public var progress: RunProgress
  public var status: Status
}

/// A run of a catalogued method, without its types: what the command line and services drive.
public protocol ErasedRun: AnyObject {
  /// As the catalog lists it.
  var methodName: String { get }
  /// All settings with the values in use.
  var settingValues: [(name: String, value: String)] { get }
  /// What all random numbers of the run come from.
  var seed: UInt64 { get }
  /// Answers by kind, cost and time so far.
  var progress: RunProgress { get }
  /// Where and how often the run saves itself; nil: never.
  var saving: Saving? { get set }
  /// What the judge accepts, in the user's units.
  var tolerances: Tolerances { get set }
  /// The current recommendation; its point is empty when points are not vectors.
  var erasedReport: Report<Vector> { get }

  /// Lets somebody hear what happens; called between steps, and must not block for long.
  func observe(_ observer: @escaping @Sendable (ErasedEvent) -> Void)
  /// Steps until the method ends or the rule says so, then judges. Throws what the oracle throws, after its retries.
  func finishErased(until rule: any StoppingRule, width: Int, delivery: Delivery) async throws -> ErasedSolution
  /// Judges what is known now, without another step.
  func concludeErased(_ reason: StopReason) async throws -> ErasedSolution
  /// Writes a checkpoint; an interrupted write leaves the old file intact.
  func save(to path: String) throws
  /// The run as it can be resumed bit for bit. Cost: a copy of the state.
  func checkpoint() throws -> Checkpoint
  /// Appends every question and answer to the journal from now on, after replaying what it already holds.
  ///
  /// Throws `JournalMismatch` when another run wrote it.
  func keep(_ journal: any Journal, detail: JournalDetail) async throws

  /// The next question for somebody outside; nil when there is none now. Throws when its questions cannot be.
  func askOutside() throws -> OutsideQuestion?
  /// The reply to the question of this number. Throws when there is no such question, or the reply does not fit it.
  func tellOutside(_ number: Int, _ reply: OutsideReply) throws
  /// True when the method learns from answers that it did not ask for.
  var learnsFromOthers: Bool { get }
  /// Tells the method an answer that it did not ask for; false, and nothing is changed, where it does not learn from those.
  /// Throws when the reply does not fit.
  func inform(_ point: Vector, _ reply: OutsideReply) throws -> Bool
  /// Questions asked and not yet answered.
  var waiting: [Int] { get }
}

extension Run: ErasedRun {
  public var methodName: String { Self.methodName }

  public var settingValues: [(name: String, value: String)] {
    func values<M: Catalogued>(_ method: M) -> [(name: String, value: String)] {
      M.settings.map { ($0.name, $0.read(method)) }
    }
    return (method as? any Catalogued).map { values($0) } ?? []
  }

  public var erasedReport: Report<Vector> { Self.erase(report) }

  /// Lets `observer` hear every event of the run from now on.
  public func observe(_ observer: @escaping @Sendable (ErasedEvent) -> Void) {
    observers.append(ErasingObserver<Method.Point>(observer))
  }

  /// `finish(until:width:delivery:)` with the types forgotten.
  public func finishErased(
    until rule: any StoppingRule, width: Int, delivery: Delivery
  ) async throws -> ErasedSolution {
    Self.erase(try await finish(until: rule, width: width, delivery: delivery))
  }

  /// `conclude(_:)` with the types forgotten.
  public func concludeErased(_ reason: StopReason) async throws -> ErasedSolution {
    Self.erase(try await conclude(reason))
  }

  /// The next question as points to show. Throws `Unsuitable` when the method asks for more than that.
  public func askOutside() throws -> OutsideQuestion? {
    guard let ticket = try ask() else { return nil }
    guard let question = ticket.question as? any VectorQuestion else {
      throw Unsuitable(
        method: methodName, needs: Question.needs, found: "somebody outside, who can only be shown points",
        remedy: "Choose a method that asks for values, gradients or rankings.")
    }
    return OutsideQuestion(number: ticket.number, points: question.vectors, fidelity: question.outsideFidelity)
  }

  /// Takes a reply in. Throws `UnknownTicket` or `ReplyMismatch` and leaves the run as it was.
  public func tellOutside(_ number: Int, _ reply: OutsideReply) throws {
    guard let ticket = outstanding.first(where: { $0.number == number }) else { throw UnknownTicket(number: number) }
    guard let question = ticket.question as? any VectorQuestion else { throw ReplyMismatch(needs: Question.needs) }
    try tell(number, answer: try Self.answer(question, reply))
  }

  private static func answer(_ question: any VectorQuestion, _ reply: OutsideReply) throws -> Question.Answer {
    func answer<Q: VectorQuestion>(_ question: Q) throws -> any Sendable { try question.answer(from: reply) }
    guard let told = try answer(question) as? Question.Answer else { throw ReplyMismatch(needs: Question.needs) }
    return told
  }

  public var learnsFromOthers: Bool { method is any LearningFromOthers }

  /// Takes in what nobody asked for. A run that keeps a journal is not told, since the journal could not repeat it.
  public func inform(_ point: Vector, _ reply: OutsideReply) throws -> Bool {
    guard learnsFromOthers, notebook == nil, let type = Question.self as? any VectorQuestion.Type,
      let outside = type.about(point), let question = outside as? Question
    else { return false }
    take(try Self.answer(outside, reply), to: question)
    return true
  }

  public var waiting: [Int] { outstanding.map(\.number) }

  static func erase(_ report: Report<Method.Point>) -> Report<Vector> {
    if let report = report as? Report<Vector> { return report }
    var erased = Report(
      point: Vector([]), value: report.value, measure: report.measure, claim: report.claim)
    erased.bound = report.bound
    erased.boundSource = report.boundSource
    erased.limit = report.limit
    erased.reasons = report.reasons
    erased.operations = report.operations
    return erased
  }

  private static func erase(_ solution: Solution<Method.Point>) -> ErasedSolution {
    ErasedSolution(
      point: solution.report.point, report: erase(solution.report), verdict: solution.verdict,
      stopped: solution.stopped, progress: solution.progress, status: solution.status)
  }
}

/// Turns typed events into erased ones.
private final class ErasingObserver<Point: Sendable & Codable>: Observer {
  private let listener: @Sendable (ErasedEvent) -> Void

  init(_ listener: @escaping @Sendable (ErasedEvent) -> Void) { self.listener = listener }

  func note(_ event: RunEvent<Point>) {
    switch event {
    case .started: listener(.started)
    case .answered(let progress): listener(.answered(progress))
    case .improved(let report, let progress):
      if let report = report as? Report<Vector> {
        listener(.improved(report, progress))
      } else {
        listener(.improved(Report(point: Vector([]), value: report.value, measure: report.measure), progress))
      }
    case .interim(let news): listener(.interim(news))
    case .saved(let answers): listener(.saved(answers: answers))
    case .stopped(let reason): listener(.stopped(reason))
    }
  }
}
