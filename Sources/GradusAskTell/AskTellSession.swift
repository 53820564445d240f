// SPDX-License-Identifier: Apache-2.0
import Gradus

/// One run that somebody outside answers.
struct AskTellSession {
  /// A point that was handed out and is not yet answered.
  struct Handed {
    var id: Int
    /// The question it belongs to; nil for points that the caller put in the queue.
    var ticket: Int?
    var point: Vector
  }

  /// The best answer heard.
  struct Best {
    var point: Vector
    var objectives: [Double]
    var violation: Double
  }

  let description: AskTellDescription
  let entry: MethodEntry
  let run: any ErasedRun
  /// What an update rule wants beside its gradients; nil for other methods.
  let rule: SteppedRun?
  var handed: [Handed] = []
  /// Points of the caller that are handed out before the method's.
  var queue: [Handed] = []
  /// What the last ask handed out, in order.
  var lastAsk: [Int] = []
  var nextID = 0
  var answered = 0
  var best: Best?

  /// More points than these are not handed out at once unless the caller prefers larger batches.
  private static let largestBatch = 256

  init(_ description: AskTellDescription, defaultMethod: String?) throws {
    try self.init(description, try DefaultMethod.choose(description, preferred: defaultMethod))
  }

  init(_ description: AskTellDescription, _ entry: MethodEntry, resuming checkpoint: Checkpoint? = nil) throws {
    self.description = description
    self.entry = entry
    rule = try SteppedRun.open(entry.card.name, description, resuming: checkpoint)
    if let rule {
      run = rule.run
      return
    }
    var request = Self.request(description)
    request.resuming = checkpoint
    run = try entry.open(request)
  }

  private static func request(_ description: AskTellDescription) -> RunRequest {
    var request = RunRequest(
      problems: description.problems, oracles: [], settings: description.settings, seed: description.seed)
    request.answeredOutside = true
    return request
  }

  // MARK: Asking

  enum Asked {
    case points([Handed])
    case wait
    case stop(String)
  }

  /// Up to `limit` points. A sequential method that waits for an answer repeats its question.
  mutating func ask(_ limit: Int) throws -> Asked {
    var room = min(limit, max(Self.largestBatch, description.batch))
    if let budget = description.budget {
      room = min(room, budget - answered - (entry.isParallel ? handed.count : 0))
      if budget <= answered { return .stop("the budget of \(budget) answers is spent") }
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
        points.append(Handed(id: nextID, ticket: question.number, point: point))
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
  var front: [FrontPoint<Vector>] { description.objectives > 1 ? run.erasedReport.front : [] }

  /// What to use in the end: the method's own estimate, or the best answer heard where the method cannot know it, because
  /// it was not asked by the method, or because of constraints. An update rule is followed to where it has got, since losses
  /// are those of batches.
  var recommendation: Vector? {
    let report = run.erasedReport
    let own = report.point.count == description.space.dimension ? report.point : nil
    if description.objectives > 1 { return own }
    guard rule == nil, let best else { return own }
    if description.constraints > 0 { return best.point }
    guard !description.isNoisy, let value = best.objectives.first else { return own }
    return report.value.map { value < $0 } ?? true ? best.point : own
  }

  /// Puts a point of the caller before those of the method.
  mutating func enqueue(_ point: Vector) -> Int {
    defer { nextID += 1 }
    queue.append(Handed(id: nextID, ticket: nil, point: point))
    return nextID
  }
}
