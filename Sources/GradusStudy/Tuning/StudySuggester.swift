// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics

/// The method of a study, brought to where the study is.
///
/// The state of a method follows from what it was asked and told, in order. The order is that of the storage's operations, which
/// is the same for everybody: so whoever follows a study has the same method in the same state, and would ask the same next.
/// Nothing of the method is stored; a study is gone on with by following it from its beginning. In a deterministic study the
/// order is fixed beforehand: question k is asked when the answers up to k − `parallel` have been told, in their order.
///
/// Trials of others – enqueued by hand, or by another program – are told to methods that learn from them.
public final class StudySuggester {
  /// A point to try, and which question of the method it is.
  public struct Suggestion: Sendable {
    public var point: Vector
    /// From 0; a retry has that of the trial whose place it takes.
    public var question: Int
    /// nil where the method knows no other than the full one.
    public var fidelity: Double?
  }

  /// What there is to do next.
  public enum Next: Sendable {
    case point(Suggestion)
    /// Nothing before a trial has ended.
    case wait
    /// The method has nothing more to ask.
    case end(String)
  }

  public let plan: StudyPlan
  public let method: StudyMethod
  public let coordinates: StudyCoordinates
  private var run: any ErasedRun
  /// Events of the study that were followed.
  private var cursor = 0
  /// The questions asked so far.
  private var questions: [Question] = []
  /// For each trial of the method its question.
  private var asked: [Int: Int] = [:]
  /// Questions whose answers the method has heard, in a deterministic study in this order.
  private var heard = 0
  /// A question that was asked before it had a trial.
  private var ahead: Suggestion?
  private var isForgotten = false

  private struct Question {
    var ticket: Int
    var point: Vector
    /// nil as long as there is no answer.
    var answer: OutsideReply?
  }

  /// Trial attributes.
  static let questionAttribute = "gradus:question"
  static let retryAttribute = "gradus:retry-of"
  static let lostAttribute = "gradus:lost"
  static let fidelityAttribute = "gradus:fidelity"
  static let constraintsAttribute = "constraints"

  /// The method before its first question. Throws `SpaceError`, or what the method says against the plan.
  public init(_ plan: StudyPlan, _ method: StudyMethod) throws {
    self.plan = plan
    self.method = method
    coordinates = StudyCoordinates(try plan.space())
    run = try method.open(try plan.problem(), plan.seed)
  }

  /// How many questions of the method have become trials so far.
  public var count: Int { questions.count - (ahead == nil ? 0 : 1) }

  /// Why the method was chosen, and what it has chosen itself.
  public var reasons: [String] { method.reasons + run.erasedReport.reasons }

  /// What the method recommends; under noise not the best value heard.
  public var recommendation: Vector? {
    let point = run.erasedReport.point
    return point.count == coordinates.space.dimension ? point : nil
  }

  /// Takes in what has happened since the last call. Cost: the method's, for each question and answer.
  public func follow(_ study: StudyRecord) throws {
    if isForgotten { try restart() }
    while cursor < study.events.count {
      let event = study.events[cursor]
      let trial = study.trials[event.trial]
      if let ahead, !plan.isDeterministic, event.isEnd || trial.question != ahead.question {
        // A question that never became a trial: it was asked too early for what others did since.
        try restart()
        continue
      }
      if event.isEnd { try end(trial, study) } else { try begin(trial, study) }
      cursor += 1
    }
  }

  /// The next question; asking again without following gives the same one.
  public func next(_ study: StudyRecord) throws -> Next {
    try follow(study)
    if let ahead { return .point(ahead) }
    return try ask()
  }

  /// Begins again with the first event at the next call: what was followed has not come about.
  func forget() { isForgotten = true }

  private func restart() throws {
    run = try method.open(try plan.problem(), plan.seed)
    (cursor, questions, asked, heard, ahead, isForgotten) = (0, [], [:], 0, nil, false)
  }

  private func begin(_ trial: TrialRecord, _ study: StudyRecord) throws {
    if let origin = trial.attribute(.system, Self.retryAttribute)?.whole {
      // The retry answers the question of the trial that was lost.
      if let question = asked[origin] { asked[trial.number] = question }
      return
    }
    guard let number = trial.question else { return }
    guard number == questions.count - (ahead == nil ? 0 : 1) else { throw differs(trial) }
    if ahead == nil { _ = try ask() }
    guard let own = ahead, coordinates.point(of: trial, in: study) == own.point else { throw differs(trial) }
    ahead = nil
    asked[trial.number] = number
  }

  private func differs(_ trial: TrialRecord) -> StorageError {
    StorageError(
      "trial \(trial.number) of the study \"\(plan.name)\" is not what \(method.name) asks here with seed \(plan.seed); "
        + "another version of Gradus or another plan made it: start a new study, with this one as its beginning")
  }

  private func ask() throws -> Next {
    // Answers before those that may still be missing, in their order.
    while plan.isDeterministic, heard <= questions.count - plan.parallel {
      guard try tellNext() else { return .wait }
    }
    var question = try newQuestion()
    // A method that wants to hear more than that hears as little more as it needs.
    while question == nil, plan.isDeterministic, heard < questions.count {
      guard try tellNext() else { return .wait }
      question = try newQuestion()
    }
    guard let question else { return questions.contains { $0.answer == nil } ? .wait : .end(ending) }
    guard question.points.count == 1, let point = question.points.first else {
      throw Unsuitable(
        method: method.name, needs: "an order of several points", found: "trials, which have values",
        remedy: "Choose a method that asks for values, such as automatic.")
    }
    let suggestion = Suggestion(point: point, question: questions.count, fidelity: question.fidelity)
    questions.append(Question(ticket: question.number, point: point))
    ahead = suggestion
    return .point(suggestion)
  }

  /// What the method asks; nil before it has heard more. A sequential method repeats its question until it has an answer.
  private func newQuestion() throws -> OutsideQuestion? {
    guard let question = try run.askOutside(), question.number != questions.last?.ticket else { return nil }
    return question
  }

  /// Tells the next answer in the order of the questions; false where there is none yet.
  private func tellNext() throws -> Bool {
    guard heard < questions.count, let answer = questions[heard].answer else { return false }
    try run.tellOutside(questions[heard].ticket, answer)
    heard += 1
    return true
  }

  private var ending: String {
    let claim = run.progress.claim ?? run.erasedReport.claim
    return claim.map { "\(method.name) has ended: \($0.rawValue)" } ?? "\(method.name) has nothing more to ask"
  }

  private func end(_ trial: TrialRecord, _ study: StudyRecord) throws {
    // Somebody else tries it again.
    if trial.attribute(.system, Self.lostAttribute) != nil { return }
    guard let number = asked[trial.number] else { return try inform(trial, study) }
    guard questions[number].answer == nil else { return }
    let answer = reply(trial)
    questions[number].answer = answer
    if !plan.isDeterministic {
      try run.tellOutside(questions[number].ticket, answer)
      heard += 1
    }
  }

  /// Tells a trial of somebody else. In a deterministic study only those count that were there before the first question.
  private func inform(_ trial: TrialRecord, _ study: StudyRecord) throws {
    guard run.learnsFromOthers, !plan.isDeterministic || questions.isEmpty, trial.state != .failed,
      let point = coordinates.point(of: trial, in: study)
    else { return }
    let answer = reply(trial)
    if answer.objectives[0].isEmpty { return }
    _ = try run.inform(point, answer)
  }

  /// What a trial tells the method: its values, all to be minimized; nothing where it failed; of one that was pruned what it had
  /// reached.
  private func reply(_ trial: TrialRecord) -> OutsideReply {
    var reply = OutsideReply()
    var values: [Double] = trial.state == .failed ? [] : trial.values
    if trial.state == .pruned, values.isEmpty, let last = trial.intermediate.last { values = [last.value] }
    let isSound = values.count == plan.objectives.count && !values.contains { $0.isNaN }
    reply.objectives = [isSound ? zip(values, plan.objectives).map { $0 * $1.direction.sign } : []]
    if !plan.constraints.isEmpty {
      let told = trial.attribute(.system, Self.constraintsAttribute)?.doubles
      reply.constraints = [told ?? [Double](repeating: .nan, count: plan.constraints.count)]
    }
    return reply
  }
}

extension TrialRecord {
  /// Which question of the study's method it is; nil where somebody else made it.
  fileprivate var question: Int? { attribute(.system, StudySuggester.questionAttribute)?.whole }
}
