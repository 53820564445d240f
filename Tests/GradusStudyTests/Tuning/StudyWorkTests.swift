// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNative
import Testing

import GradusStudy

/// Real commands: what they print, how they end, and what they leave behind.
@Suite struct StudyWorkTests {
  static func plan(_ script: String, trials: Int = 3) -> StudyPlan {
    var plan = StudyPlan(name: "s")
    plan.command = ["sh", "-c", script]
    plan.parameters = [["name": "x", "type": "float", "low": 0.0, "high": 1.0]]
    plan.objectives = [.init("loss", .minimize)]
    (plan.trials, plan.parallel) = (trials, 2)
    return plan
  }

  /// Works to the end; the study.
  static func work(_ plan: StudyPlan, isStopped: () -> Bool = { false }) throws -> StudyRecord {
    let folder = try ScratchFolder()
    let desk = try StudyDesk(
      try StudyStorage(folder.path("s")), plan, StudyDeskTests.method(RandomSearch()), host: "here")
    _ = try StudyWork(desk, places: plan.parallel) { _ in }.run(isStopped: isStopped)
    return try #require(desk.record)
  }

  static func reason(_ trial: TrialRecord) -> String? { trial.attribute(.system, StudyDesk.failureAttribute)?.text }

  @Test func valuesAreTakenFromWhatIsPrinted() throws {
    let record = try Self.work(
      Self.plan(
        "echo noise; echo '{\"loss\": 9, \"note\": \"first\"}'; echo loss={x}; echo speed=3; echo $GRADUS_TRIAL >&2"))
    #expect(record.trials.map(\.state) == [.complete, .complete, .complete])
    for trial in record.trials {
      #expect(trial.values == [trial.parameters[0].value])
      #expect(trial.attribute(.user, "speed") == 3.0 && trial.attribute(.user, "note") == "first")
    }
  }

  private static let failures: [(script: String, reason: String)] = [
    ("exit 3", "the command ended with exit code 3"),
    ("kill -SEGV $$", "the command ended with signal 11 (segmentation fault)"),
    ("true", "the command printed no 'loss'"), ("echo loss=nan", "'loss' is not a number"),
    ("echo loss=-inf", "'loss' is -inf"), ("echo 'loss='", "the command printed no 'loss'"),
  ]

  @Test(arguments: failures.indices) func failuresSayWhy(_ number: Int) throws {
    let (script, reason) = Self.failures[number]
    let record = try Self.work(Self.plan("echo trouble >&2; " + script, trials: 2))
    for trial in record.trials {
      #expect(trial.state == .failed && trial.values.isEmpty)
      #expect(Self.reason(trial)?.hasPrefix(reason) == true, "\(Self.reason(trial) ?? "")")
      #expect(trial.attribute(.system, StudyDesk.errorsAttribute) == "trouble\n")
    }
  }

  /// A time-out ends everything that the command has started; what ignores the first word is killed.
  @Test func timeoutsEndTheWholeGroup() throws {
    let folder = try ScratchFolder()
    let mark = folder.path("mark")
    var plan = Self.plan("trap '' TERM; (sleep 30; touch \(mark)) & while :; do sleep 0.05; done", trials: 1)
    plan.timeout = 0.2
    let began = ContinuousClock.now
    let record = try Self.work(plan)
    #expect(ContinuousClock.now - began < .seconds(20))
    #expect(Self.reason(record.trials[0]) == "it took longer than 0.2 s")
  }

  /// A command that ends while something it has started still holds its output open has ended.
  @Test func whatIsLeftBehindIsEnded() throws {
    let folder = try ScratchFolder()
    let file = folder.path("pid")
    let record = try Self.work(Self.plan("sleep 600 & echo $! > \(file); echo loss={x}", trials: 1))
    #expect(record.trials[0].state == .complete)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    // It was killed; a busy machine takes a while to carry that out.
    var isThere = true
    for _ in 0..<1000 where isThere {
      isThere = !(FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.isEmpty ?? true)
      if isThere { usleep(20_000) }
    }
    #expect(!isThere)
  }

  @Test func endlessOutputIsNotKept() throws {
    let record = try Self.work(
      Self.plan("yes 0123456789abcdef | head -c 40000000; head -c 3000000 /dev/zero >&2; echo; echo loss=1", trials: 1))
    #expect(record.trials[0].values == [1])
  }

  @Test func repeatsAreMeans() throws {
    var plan = Self.plan("echo loss=$GRADUS_REPEAT", trials: 2)
    plan.repeats = 3
    let record = try Self.work(plan)
    for trial in record.trials {
      #expect(trial.values == [1] && abs((trial.attribute(.user, "loss error")?.double ?? 0) - 0.57735) < 1e-4)
    }
  }

  @Test func constraintsAreKeptWhereOptunaHasThem() throws {
    var plan = Self.plan("echo loss={x}; echo t=3", trials: 1)
    plan.constraints = [try MetricConstraint("t <= 2"), try MetricConstraint("t >= 2")]
    let record = try Self.work(plan)
    #expect(record.trials[0].constraints == [1, -1] && record.best.isEmpty)
  }

  @Test func badTrialsArePruned() throws {
    var plan = Self.plan(
      "for e in 0 1 2 3; do echo \"{\\\"epoch\\\": $e, \\\"loss\\\": $GRADUS_TRIAL}\"; sleep 0.05; done; echo loss=$GRADUS_TRIAL",
      trials: 12)
    (plan.intermediate, plan.pruning, plan.parallel) = ("epoch", ["rule": "median", "trials": 3], 1)
    let record = try Self.work(plan)
    #expect(
      record.trials.prefix(3).allSatisfy { $0.state == .complete && $0.intermediate.map(\.step) == [0, 1, 2, 3] })
    #expect(record.trials.dropFirst(3).contains { $0.state == .pruned })
    let pruned = try #require(record.trials.first { $0.state == .pruned })
    #expect(pruned.values == [Double(pruned.number)])
  }

  /// A worker that stays hears of trials as lines.
  @Test func lastingWorkers() throws {
    var plan = Self.plan("n=0; while read line; do n=$((n+1)); echo \"{\\\"loss\\\": $n}\"; done", trials: 6)
    (plan.conduct, plan.parallel) = (.lines, 1)
    let record = try Self.work(plan)
    #expect(record.trials.map(\.values) == (1...6).map { [Double($0)] })
    // One that dies takes its trial with it, and another one is started.
    plan.command = ["sh", "-c", "read line; echo loss=1; read line; exit 4"]
    let dying = try Self.work(plan)
    #expect(dying.trials.map(\.state) == [.complete, .failed, .complete, .failed, .complete, .failed])
    #expect(Self.reason(dying.trials[1]) == "the worker ended with exit code 4")
  }

  @Test func aMissingCommandEndsTheWork() {
    var plan = Self.plan("", trials: 2)
    plan.command = ["no-such-command-anywhere"]
    #expect {
      _ = try Self.work(plan)
    } throws: {
      "\($0)"
        == "cannot start 'no-such-command-anywhere': No such file or directory; check 'command' of the study"
    }
  }

  @Test func whoIsStoppedPutsTrialsBack() throws {
    var calls = 0
    let record = try Self.work(Self.plan("sleep 30; echo loss=1", trials: 4)) {
      calls += 1
      return calls > 6
    }
    #expect(record.trials.count == 2 && record.trials.allSatisfy { $0.state == .waiting })
  }
}
