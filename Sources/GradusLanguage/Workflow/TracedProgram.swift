// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
import GradusTrace

/// A workflow as a function of a recorded run, beside an advisor.
public struct TracedProgram: WorkflowOracle {
  /// What came of one place.
  public struct Result: Sendable {
    /// The node whose value is judged.
    public var output: Int
    /// The higher the better.
    public var score: Double
    public var remark: String
    /// d score / d output, where the output is a number; it travels back as far as operations know how.
    public var slope: Double?

    public init(output: Int, score: Double, remark: String, slope: Double? = nil) {
      self.output = output
      self.score = score
      self.remark = remark
      self.slope = slope
    }
  }

  public var advisor: any LanguageModel
  /// How many places are told of, the worst first.
  public var stories: Int
  private let body: @Sendable (WorkflowTrace) async throws -> Result

  /// How many places are run at a time.
  public var width: Int
  /// Whether the time that places take is told; then no two runs are the same to the bit.
  public var isTimed = false

  /// A workflow from its body, which runs one place and says what came of it; what it throws is the failure of that place.
  public init(
    advisor: any LanguageModel, stories: Int = 1, width: Int = 1,
    _ body: @escaping @Sendable (WorkflowTrace) async throws -> Result
  ) {
    self.advisor = advisor
    self.stories = max(1, stories)
    self.width = max(1, width)
    self.body = body
  }

  public func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await outcome(assignment, items.map(\.index), stream)
  }

  /// What comes of the places that are reported on.
  public func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    try await outcome(assignment, items.map { -1 - $0.index }, stream)
  }

  public func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await advisor.complete(prompt, stream: stream)
  }

  /// What came of one place.
  private struct Ending: Sendable {
    var place: Int
    var score = Double.nan
    var remark = ""
    /// What was recorded, the node that is told of, and those of the parameters.
    var trace = Trace()
    var output: Int?
    var parameters: Set<Int> = []
    var calls: [PredictorCall] = []
    var usage = TokenUsage()
    var requests = 0
    var seconds = 0.0
    var slopes: [String: Double] = [:]

    /// For finding the worst: what failed is below everything.
    var rank: Double { score.isNaN ? -.infinity : score }
    var story: TraceStory? {
      output.map { TraceStory(trace, from: $0, parameters: parameters, feedback: remark) }
    }
  }

  /// What comes of places by their numbers.
  func outcome(_ assignment: Assignment, _ places: [Int], _ stream: RandomStream) async throws -> WorkflowOutcome {
    let all = try await withThrowingTaskGroup(of: Ending.self) { group in
      var all: [Ending] = []
      all.reserveCapacity(places.count)
      for (k, place) in places.enumerated() {
        if k >= width, let ending = try await group.next() { all.append(ending) }
        let random = stream.child("place", k)
        group.addTask { try await run(assignment, k, place, random) }
      }
      while let ending = try await group.next() { all.append(ending) }
      return all.sorted { $0.place < $1.place }
    }
    // Of equals the first.
    let worst = all.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.lazy.compactMap(\.story).prefix(stories)
    var outcome = WorkflowOutcome(
      scores: all.map(\.score), remarks: all.map(\.remark), stories: Array(worst), calls: all.map(\.calls))
    for ending in all {
      outcome.usage = outcome.usage + ending.usage
      outcome.requests += ending.requests
      outcome.seconds += ending.seconds
      for (name, slope) in ending.slopes { outcome.slopes[name, default: 0] += slope / Double(all.count) }
    }
    return outcome
  }

  private func run(
    _ assignment: Assignment, _ number: Int, _ place: Int, _ stream: RandomStream
  ) async throws -> Ending {
    let trace = WorkflowTrace(assignment, place: place, stream: stream)
    var ending = Ending(place: number)
    let began = ContinuousClock.now
    do {
      let result = try await body(trace)
      (ending.score, ending.remark, ending.output) = (result.score, result.remark, result.output)
      if let slope = result.slope { ending.slopes = try Self.slopes(slope, from: result.output, trace) }
    } catch {
      if let failure = error as? ModelFailure, failure.endsRuns { throw failure }
      ending.remark = "the workflow failed: \(error)"
    }
    if let stop = trace.stop { throw stop }
    // A run that broke off is about the last thing that happened.
    ending.trace = trace.recorder.trace
    if ending.output == nil, ending.trace.count > 0 { ending.output = ending.trace.count - 1 }
    ending.parameters = Set(trace.nodes.values)
    (ending.calls, ending.usage, ending.requests) = (trace.calls, trace.usage, trace.requests)
    if isTimed { ending.seconds = (ContinuousClock.now - began) / .seconds(1) }
    return ending
  }

  /// d score / d number for every number that the output depends on.
  private static func slopes(_ slope: Double, from output: Int, _ trace: WorkflowTrace) throws -> [String: Double] {
    let notes = try trace.recorder.propagate([(output, slope)], by: Gradients<Double>())
    var slopes: [String: Double] = [:]
    for (name, node) in trace.nodes {
      if let note = notes[node], note.isFinite { slopes[name] = note }
    }
    return slopes
  }
}
