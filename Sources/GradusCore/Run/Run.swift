// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A method at work on a problem: the only loop there is.
///
/// A class, so that it can live in an actor or at the top level of a script; not `Sendable`, so that two tasks cannot drive
/// it at once. Three ways to drive it, which may be mixed:
///
/// - `finish(until:)` asks the oracle until a rule speaks, and lets the problem judge the end;
/// - `step()` asks one question;
/// - `ask()` and `tell(_:answer:)` leave the answering to the caller, in any order and at any time.
public final class Run<Method: OptimizationMethod> {
  /// What the method asks.
  public typealias Question = Method.Question

  public let method: Method
  public let problem: Method.Problem
  /// Who answers; nil when only the caller does.
  public let oracle: Question.Oracle?
  public let seed: UInt64

  /// All that changes in the method.
  public var state: Method.State { live }
  public var progress: RunProgress { account }

  // The hot path below is inlinable, so that a run over a cheap oracle is specialized where it is used: without that,
  // looking up generic metadata costs several times what the loop itself does.
  @usableFromInline var live: Method.State
  @usableFromInline var account = RunProgress()
  /// Questions asked and not yet answered, oldest first.
  public var outstanding: [Ticket<Question>] { flying }
  @usableFromInline var flying: [Ticket<Question>] = []
  public var observers: [any Observer<Method.Point>] = []
  public var tolerances = Tolerances()
  public var saving: Saving?

  /// Who answers the judge: the undecorated oracle.
  let judge: (any Sendable)?
  @usableFromInline let clock: RunClock
  @usableFromInline var startedAt: Duration
  @usableFromInline var issued = 0
  @usableFromInline var notebook: Notebook?
  /// Journal lines that the checkpoint this run was resumed from already contains.
  var resumedLines = 0
  var lastSave: (time: Duration, answers: Int) = (.zero, 0)

  /// A new run, answered by `oracle`. `judgedBy` is the undecorated oracle, where `oracle` wraps another.
  public convenience init(
    _ problem: Method.Problem, by method: Method, asking oracle: Question.Oracle, seed: UInt64 = 0,
    judgedBy judge: (any Sendable)? = nil, clock: RunClock = .continuous
  ) throws {
    try self.init(problem, method, oracle, seed, judge ?? oracle, clock)
  }

  /// A new run whose answers come from the caller, through `ask()` and `tell(_:answer:)`.
  public convenience init(
    _ problem: Method.Problem, by method: Method, seed: UInt64 = 0, clock: RunClock = .continuous
  ) throws {
    try self.init(problem, method, nil, seed, nil, clock)
  }

  init(
    _ problem: Method.Problem, _ method: Method, _ oracle: Question.Oracle?, _ seed: UInt64, _ judge: (any Sendable)?,
    _ clock: RunClock, state: Method.State? = nil
  ) throws {
    self.problem = problem
    self.method = method
    self.oracle = oracle
    self.seed = seed
    self.judge = judge
    self.clock = clock
    startedAt = clock.now
    live = try state ?? method.start(problem, random: RandomStream(seed: seed))
  }

  /// What the method recommends now.
  public var report: Report<Method.Point> { method.recommend(state) }

  // MARK: Asking and telling

  /// The next question; nil when there is none before more is told, or none at all.
  ///
  /// A sequential method has one question in flight: asking again gives the same ticket.
  public func ask() throws -> Ticket<Question>? {
    if !(method is any ParallelMethod), let waiting = outstanding.first { return waiting }
    guard let question = method.ask(&live) else { return nil }
    let ticket = Ticket(number: issued, question: question)
    issued += 1
    try notebook?.asked(ticket.number, ticket.question)
    flying.append(ticket)
    return ticket
  }

  /// Takes in the answer to one ticket. An unknown or repeated number throws and changes nothing.
  public func tell(_ number: Int, answer: consuming Question.Answer) throws {
    guard let i = outstanding.firstIndex(where: { $0.number == number }) else { throw UnknownTicket(number: number) }
    try notebook?.answered(number, copy answer)
    take(answer, to: flying.remove(at: i).release())
    try saveIfDue()
  }

  /// One question and its answer; false when nothing is left to ask.
  public func step() async throws -> Bool {
    guard let oracle else { throw noOracle }
    if notebook == nil, outstanding.isEmpty {
      switch try stepNow(oracle) {
      case .answered: return true
      case .exhausted: return false
      case .mustWait: break
      }
    }
    if outstanding.isEmpty { guard try ask() != nil else { return false } }
    let (number, answer) = try await answerOldest(oracle)
    try tell(number, answer: answer)
    return true
  }

  @usableFromInline enum Advance { case answered, exhausted, mustWait }

  /// A step without waiting and without book-keeping for tickets: what a cheap oracle gets.
  @inlinable
  func stepNow(_ oracle: Question.Oracle) throws -> Advance {
    guard let question = method.ask(&live) else { return .exhausted }
    issued += 1
    let answer: Question.Answer?
    do {
      answer = try question.answerNow(from: oracle)
    } catch {
      throw failed(question, error)
    }
    guard let answer else {
      fly(question)
      return .mustWait
    }
    take(answer, to: consume question)
    if saving != nil { try saveIfDue() }
    return .answered
  }

  /// Files the question just asked among those in flight.
  @usableFromInline
  func fly(_ question: Question) { flying.append(Ticket(number: issued - 1, question: question)) }

  @usableFromInline
  func failed(_ question: Question, _ error: any Error) -> OracleFailure {
    fly(question)
    return OracleFailure(wrapping: error, question: question.kind)
  }

  /// The answer to the oldest question in flight; nothing of the question stays behind.
  @usableFromInline
  func answerOldest(_ oracle: Question.Oracle) async throws -> (number: Int, answer: Question.Answer) {
    let ticket = outstanding[0]
    do {
      let answer = try await ticket.question.put(to: oracle)
      return (ticket.number, answer)
    } catch { throw OracleFailure(wrapping: error, question: ticket.question.kind) }
  }

  @usableFromInline var noOracle: Unsuitable {
    Unsuitable(
      method: "a run without an oracle", needs: "answers from outside", found: "a request to answer by itself",
      remedy: "Use ask and tell, or make the run with an oracle.")
  }

  @inlinable
  func take(_ answer: consuming Question.Answer, to question: consuming Question) {
    account.count(question.kind)
    account.cost += question.cost(of: answer)
    method.tell(&live, answer, to: consume question)
    account.elapsed = max(account.elapsed, clock.coarse() - startedAt)
    note(reported(from: &live))
  }

  /// The exclusive access spares a copy of the state, with a reference count for each of its arrays, at every answer.
  @inlinable
  func reported(from state: inout Method.State) -> Report<Method.Point> { method.report(state) }

  @inlinable
  func note(_ report: Report<Method.Point>) {
    account.measure = report.measure
    account.claim = report.claim
    account.operations = report.operations
    if let bound = report.bound { account.bound = bound }
    if let value = report.value, value < account.value {
      account.value = value
      account.answersSinceImprovement = 0
      if !observers.isEmpty { tellObservers(.improved(report, account)) }
    } else {
      account.answersSinceImprovement += 1
    }
    if !observers.isEmpty { tellObservers(.answered(account)) }
  }

  @usableFromInline
  func tellObservers(_ event: RunEvent<Method.Point>) {
    for observer in observers { observer.note(event) }
  }

  @usableFromInline
  func saveIfDue() throws {
    guard let saving else { return }
    let due =
      progress.elapsed - lastSave.time >= saving.every || progress.answers - lastSave.answers >= saving.answers
    if due { try save(to: saving.path) }
  }

  /// Lets observers hear what an oracle says while it works.
  public func listen(to relay: Relay) {
    relay.listen { [observers] news in for observer in observers { observer.note(.interim(news)) } }
  }

  /// Saves the run between two steps.
  public func save(to path: String) throws {
    try checkpoint().write(to: path)
    lastSave = (progress.elapsed, progress.answers)
    for observer in observers { observer.note(.saved(answers: progress.answers)) }
  }
}
