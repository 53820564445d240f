// SPDX-License-Identifier: Apache-2.0
import Gradus

/// One run that somebody outside answers.
package struct AskTellSession {
  /// A point that was handed out and is not yet answered.
  package struct Handed {
    package var id: Int
    /// The question it belongs to; nil for points that the caller put in the queue.
    var ticket: Int?
    package var point: Vector
    /// Where the method asks for more than the full function: at which fidelity.
    package var fidelity: Double?
  }

  /// The best answer heard.
  package struct Best {
    package var point: Vector
    package var objectives: [Double]
    var violation: Double
  }

  package let description: AskTellDescription
  package let entry: MethodEntry
  /// Why this method was chosen; empty where the caller named it.
  package let reasons: [String]
  let run: any ErasedRun
  /// What an update rule wants beside its gradients; nil for other methods.
  let rule: SteppedRun?
  package internal(set) var handed: [Handed] = []
  /// Points of the caller that are handed out before the method's.
  var queue: [Handed] = []
  /// What the last ask handed out, in order.
  var lastAsk: [Int] = []
  var nextID = 0
  package internal(set) var answered = 0
  package internal(set) var best: Best?
  /// Who decides which evaluations are not worth their end; nil: nobody.
  var pruning: TrialPruning?

  /// More points than these are not handed out at once unless the caller prefers larger batches.
  private static let largestBatch = 256

  /// A new run of the method that the description names, or else of `defaultMethod`, or else of one that fits.
  package init(_ description: AskTellDescription, defaultMethod: String? = nil) throws {
    try self.init(description, try DefaultMethod.choose(description, preferred: defaultMethod))
  }

  init(_ description: AskTellDescription, _ choice: DefaultMethod.Choice, resuming checkpoint: Checkpoint? = nil) throws
  {
    self.description = description
    entry = choice.entry
    reasons = choice.reasons
    pruning = description.pruning
    try DefaultMethod.checkSize(entry, description.space.dimension)
    rule = try SteppedRun.open(entry.card.name, description, resuming: checkpoint)
    if let rule {
      run = rule.run
      return
    }
    var request = RunRequest(
      problems: description.problems, oracles: [], settings: choice.settings + description.settings,
      seed: description.seed)
    request.answeredOutside = true
    request.resuming = checkpoint
    run = try entry.open(request)
  }

  /// True when the method learns from points that it did not ask for.
  package var learnsFromOthers: Bool { run.learnsFromOthers }

  /// Why the method was chosen, and then what it has chosen itself, in the order of time.
  package var explanation: [String] { reasons + run.erasedReport.reasons }

  // MARK: Asking

  package enum Asked {
    case points([Handed])
    case wait
    case stop(String)
  }

  /// Up to `limit` points – all those of one question, where a question is about several. A sequential method that waits for
  /// an answer repeats its question.
  package mutating func ask(_ limit: Int) throws -> Asked {
    var room = min(limit, max(Self.largestBatch, description.batch ?? 1))
    // Points that are chosen before others are answered know less; no more of them than the caller wants at a time.
    if entry.card.dependsOnWidth, let wanted = description.batch { room = min(room, wanted) }
    if let budget = description.budget {
      if budget <= answered { return .stop("the budget of \(budget) answers is spent") }
      room = min(room, budget - answered - (entry.isParallel ? handed.count : 0))
    }
    var points: [Handed] = []
    while points.count < room, !queue.isEmpty {
      let own = queue.removeFirst()
      handed.append(own)
      points.append(own)
    }
    while points.count < room {
      guard let question = try run.askOutside() else { break }
      let again = handed.filter { $0.ticket == question.number }
      if !again.isEmpty {
        if points.isEmpty, !entry.isParallel { points = again }
        break
      }
      for point in question.points {
        points.append(Handed(id: nextID, ticket: question.number, point: point, fidelity: question.fidelity))
        nextID += 1
      }
      handed += points.suffix(question.points.count)
      if question.points.count > 1 || !entry.isParallel { break }
    }
    guard points.isEmpty else {
      lastAsk = points.map(\.id)
      return .points(points)
    }
    if !handed.isEmpty { return .wait }
    let claim = run.progress.claim ?? run.erasedReport.claim
    return .stop(claim.map { "the method has ended: \($0.rawValue)" } ?? "the method has nothing more to ask")
  }

  /// The points that no other one heard of dominates, at most as many as the method keeps; none with one objective.
  package var front: [FrontPoint<Vector>] { description.objectives > 1 ? run.erasedReport.front : [] }

  /// What to use in the end: the method's own estimate, or the best answer heard where the method cannot know it, because
  /// it was not asked by the method, or because of constraints. An update rule is followed to where it has got, since losses
  /// are those of batches.
  package var recommendation: Vector? {
    let report = run.erasedReport
    let own = report.point.count == description.space.dimension ? report.point : nil
    if description.objectives > 1 { return own }
    guard rule == nil, let best else { return own }
    if description.constraints > 0 { return best.point }
    guard !description.isNoisy, let value = best.objectives.first else { return own }
    return report.value.map { value < $0 } ?? true ? best.point : own
  }

  /// The best answer; with several objectives, where nothing is best, the point of the front that the method recommends.
  package var choice: (point: Vector, objectives: [Double])? {
    guard let best else { return nil }
    let front = front
    let recommended = front.isEmpty ? nil : recommendation
    guard let chosen = front.first(where: { $0.point == recommended }) else { return (best.point, best.objectives) }
    return (chosen.point, chosen.outcomes.objectives)
  }

  /// Puts a point of the caller before those of the method; its id.
  package mutating func enqueue(_ point: Vector) -> Int {
    defer { nextID += 1 }
    queue.append(Handed(id: nextID, ticket: nil, point: point))
    return nextID
  }

  /// Takes in a value from the middle of an evaluation. True when the evaluation is not worth its end.
  ///
  /// Throws for a point that does not wait for an answer, a step below zero and a value that is no number.
  package mutating func report(_ id: Int, step: Int, value: Double) throws -> Bool {
    guard handed.contains(where: { $0.id == id }) else {
      throw AskTellError(.unknownId, "\"report\" needs the \"id\" of a point that waits for an answer")
    }
    guard step >= 0 else { throw AskTellError(.badRequest, "\"step\" must be a whole number of at least 0") }
    return pruning?.report(id: id, step: step, value: value) ?? false
  }
}
