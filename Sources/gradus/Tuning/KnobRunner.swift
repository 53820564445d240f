// SPDX-License-Identifier: Apache-2.0
import Gradus

/// The runs of one configuration on every problem of a task with every seed, one after the other.
struct KnobRunner {
  let task: KnobTask
  let entry: MethodEntry
  /// `KEY=VALUE`.
  let settings: [String]

  /// `values`: the knobs that differ from their defaults; unknown ones are left. Throws for a method that is not there.
  init(_ task: KnobTask, values: [JSONValue.Member]) throws(Failure) {
    self.task = task
    entry = try MethodChoice.entry(named: task.method)
    let space = KnobSpace(of: entry, on: Set(task.kinds), fixed: Self.names(task.fixed))
    settings = task.fixed + space.assignments(values).map { "\($0.name)=\($0.value)" }
  }

  /// The names of `KEY=VALUE`.
  static func names(_ settings: [String]) -> Set<String> {
    Set(settings.compactMap { try? SettingSplit.parts(of: $0).name })
  }

  /// `[problem][seed]`. Throws where a problem cannot be read or a component is missing; any other run that throws has failed.
  func runs() async throws -> [[KnobRun]] {
    var all: [[KnobRun]] = []
    for (place, file) in task.files.enumerated() {
      let subject = try Subject.load(file)
      let yardstick = task.yardsticks.isEmpty ? task.limit : task.yardsticks[place]
      var runs: [KnobRun] = []
      for seed in task.seeds { runs.append(try await run(subject, seed, yardstick)) }
      all.append(runs)
    }
    return all
  }

  private func run(_ subject: Subject, _ seed: UInt64, _ yardstick: KnobYardstick?) async throws -> KnobRun {
    let request = self.request(seed, yardstick)
    if let document = subject.contradiction(request) { return KnobRun(document, seconds: request.elapsed) }
    do {
      let document = try await SolveSession(subject, request).finish()
      return KnobRun(document, seconds: request.elapsed)
    } catch {
      let failure = Failure(error)
      // What no settings can help.
      if failure.code == .missing { throw failure }
      Console.error("gradus: \(subject.argument), seed \(seed): \(failure.message)\n")
      return KnobRun()
    }
  }

  private func request(_ seed: UInt64, _ yardstick: KnobYardstick?) -> SolveRequest {
    var request = SolveRequest()
    request.method = entry.card.name
    request.seed = seed
    request.settings = settings
    request.explains = false
    request.timeLimit = task.cutoff
    request.answers = task.answers
    guard let yardstick, yardstick.limit.isFinite else { return request }
    let whole = Int(min(yardstick.limit.rounded(.up), 1e18))
    switch yardstick.measure {
    case .answers, .value: request.answers = min(whole, task.answers ?? .max)
    case .operations: request.operations = whole
    case .seconds: request.timeLimit = min(yardstick.limit, task.cutoff)
    case .gap: break
    }
    return request
  }
}
