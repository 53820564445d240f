// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusNative

/// Runs of a configuration in processes of their own, several at a time: one that crashes or never ends fails alone.
struct KnobJobs {
  /// One problem with all seeds of its task.
  struct Job {
    var task: KnobTask
    var values: [JSONValue.Member] = []
  }

  private struct Running {
    let place: Int
    let process: CommandProcess
    var words = TrialWords()
    var errors = StreamTail()
    let deadline: ContinuousClock.Instant
  }

  let places: Int
  let interruption: Interruption

  /// The words before the task.
  static var program: [String] {
    [LibrarySearch.standard.executable ?? CommandLine.arguments[0], "tune-trial"]
  }

  /// Seconds after which a process with so many runs is ended.
  static func patience(_ runs: Int, cutoff: Double) -> Double { Double(runs) * (1.1 * cutoff + 1) + 30 }

  /// Does all jobs; `each` hears of those that have ended. False when it was interrupted. Throws what is wrong with a task.
  func run(_ jobs: [Job], each: (_ place: Int, _ runs: [KnobRun]) throws -> Void) throws -> Bool {
    var running: [Running] = []
    var waiting = jobs.indices
    while !waiting.isEmpty || !running.isEmpty {
      if interruption.isRaised { return false }
      while running.count < max(1, places), let place = waiting.popFirst() {
        let process = try start(jobs[place])
        let patience = Self.patience(jobs[place].task.seeds.count, cutoff: jobs[place].task.cutoff)
        running.append(Running(place: place, process: process, deadline: .now + .seconds(patience)))
      }
      CommandProcess.wait(for: running.map(\.process), seconds: 0.1)
      var left: [Running] = []
      for var one in running {
        Self.listen(&one)
        if one.process.state == nil, ContinuousClock.now < one.deadline {
          left.append(one)
          continue
        }
        Self.listen(&one)
        one.words.finish { _ in }
        let ending = one.process.end()
        // What is wrong with the task itself would be wrong with every run.
        for code in [ExitCode.usage, .unreadable, .missing] where ending == .exited(code.rawValue) {
          let line = one.errors.text.split(separator: "\n").last.map(String.init) ?? "a run has failed"
          throw Failure(code, line.hasPrefix("gradus: ") ? String(line.dropFirst(8)) : line)
        }
        try each(one.place, Self.runs(one.words, jobs[one.place].task))
      }
      running = left
    }
    return true
  }

  private func start(_ job: Job) throws(Failure) -> CommandProcess {
    do {
      return try CommandProcess(
        Self.program + [job.task.json.description],
        variables: [(name: "GRADUS_PARAMETERS", value: JSONValue.object(job.values).description)])
    } catch {
      throw Failure(.failed, "cannot start \(Self.program[0]) for a run; check that it is still there")
    }
  }

  private static func listen(_ one: inout Running) {
    while let bytes = one.process.read(.output), !bytes.isEmpty { one.words.take(bytes) { _ in } }
    while let bytes = one.process.read(.errors), !bytes.isEmpty { one.errors.take(bytes) }
  }

  /// What the process told; runs that it did not tell of have failed.
  private static func runs(_ words: TrialWords, _ task: KnobTask) -> [KnobRun] {
    let told = words.notes["runs"]?.elements?.first?.elements?.compactMap { KnobRun(json: $0) } ?? []
    return told.count == task.seeds.count ? told : task.seeds.map { _ in KnobRun() }
  }
}
