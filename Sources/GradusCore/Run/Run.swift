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
  public typealias Question = Method.Question

  public let method: Method
  public let problem: Method.Problem
  /// Who answers; nil when only the caller does.
  public let oracle: Question.Oracle?
  public let seed: UInt64

  public internal(set) var state: Method.State
  public internal(set) var progress = RunProgress()
  /// Questions asked and not yet answered, oldest first.
  public internal(set) var outstanding: [Ticket<Question>] = []
  public var observers: [any Observer<Method.Point>] = []
  public var tolerances = Tolerances()
  public var saving: Saving?

  /// Who answers the judge: the undecorated oracle.
  let judge: (any Sendable)?
  let clock: RunClock
  var startedAt: Duration
  var issued = 0
  var notebook: Notebook?
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
    self.state = try state ?? method.start(problem, random: RandomStream(seed: seed))
  }

  /// What the method recommends now.
  public var report: Report<Method.Point> { method.report(state) }

  // MARK: Asking and telling

  /// The next question; nil when there is none before more is told, or none at all.
  ///
  /// A sequential method has one question in flight: asking again gives the same ticket.
  public func ask() throws -> Ticket<Question>? {
    if !(method is any ParallelMethod), let waiting = outstanding.first { return waiting }
    guard let question = method.ask(&state) else { return nil }
    let ticket = Ticket(number: issued, question: question)
    issued += 1
    try notebook?.asked(ticket.number, ticket.question)
    outstanding.append(ticket)
    return ticket
  }

  /// Takes in the answer to one ticket. An unknown or repeated number throws and changes nothing.
  public func tell(_ number: Int, answer: consuming Question.Answer) throws {
    guard let i = outstanding.firstIndex(where: { $0.number == number }) else { throw UnknownTicket(number: number) }
    try notebook?.answered(number, copy answer)
    take(answer, to: outstanding.remove(at: i).release())
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

  enum Advance { case answered, exhausted, mustWait }

  /// A step without waiting and without book-keeping for tickets: what a cheap oracle gets.
  func stepNow(_ oracle: Question.Oracle) throws -> Advance {
    guard let question = method.ask(&state) else { return .exhausted }
    let number = issued
    issued += 1
    let answer: Question.Answer?
    do {
      answer = try question.answerNow(from: oracle)
    } catch {
      outstanding.append(Ticket(number: number, question: question))
      throw OracleFailure(wrapping: error, question: question.kind)
    }
    guard let answer else {
      outstanding.append(Ticket(number: number, question: question))
      return .mustWait
    }
    take(answer, to: question)
    if saving != nil { try saveIfDue() }
    return .answered
  }

  /// The answer to the oldest question in flight; nothing of the question stays behind.
  func answerOldest(_ oracle: Question.Oracle) async throws -> (number: Int, answer: Question.Answer) {
    let ticket = outstanding[0]
    do { return (ticket.number, try await ticket.question.put(to: oracle)) } catch {
      throw OracleFailure(wrapping: error, question: ticket.question.kind)
    }
  }

  var noOracle: Unsuitable {
    Unsuitable(
      method: "a run without an oracle", needs: "answers from outside", found: "a request to answer by itself",
      remedy: "Use ask and tell, or make the run with an oracle.")
  }

  func take(_ answer: consuming Question.Answer, to question: consuming Question) {
    progress.count(question.kind)
    progress.cost += question.cost(of: answer)
    method.tell(&state, answer, to: consume question)
    let report = method.report(state)
    progress.elapsed = clock.now - startedAt
    progress.measure = report.measure
    progress.claim = report.claim
    if let bound = report.bound { progress.bound = bound }
    if let value = report.value, value < progress.value {
      progress.value = value
      progress.answersSinceImprovement = 0
      for observer in observers { observer.note(.improved(report, progress)) }
    } else {
      progress.answersSinceImprovement += 1
    }
    for observer in observers { observer.note(.answered(progress)) }
  }

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
