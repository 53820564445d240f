// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Trainers, groups and schedules that a spec of `gradus train` can ask for.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainSpecTests {
  private static let small = "observations: 200\nwidths: [16]\nsteps: 60\nwarmup: 5\n"

  private func place(_ name: String) throws -> String { try Scratch.folder().appendingPathComponent(name).path }

  private func data(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Lines of a log: step, loss, rate, norm.
  private func log(_ path: String) throws -> [[Double]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).prefix(4).compactMap { Double($0) }
    }
  }

  static let trainers = [
    "sharpness-aware: 0.05\nevaluate-every: 7\n",
    "rule: sophia\nrate: 0.005\nevaluate-every: 7\n",
    "rule: sophia\nrate: 0.005\ncurvature: hutchinson\nsharpness-aware: 0.05\n",
    "rate: auto\nsearch: {first-stage: 40, candidates: 4}\nevaluate-every: 20\n",
    "groups:\n  - {for: vectors, rule: sgd, rate: 0.05}\n  - {for: layer2.*, beta1: 0.8}\nstate: 8-bit\naverage: 0.95\n",
    "rule: muon\nrate: 0.02\ngroups: [{for: layer1.*, decay: 0.1}]\nclip: none\nclip-value: 0.01\nproject: {balls: 9}\n",
    "rule: sgd\nrate: 0.1\npreconditioner: {kind: ek-fac, every: 2, refresh: 3, limit: 1}\nevaluate-every: 9\n",
  ]

  /// Killed and resumed, every trainer ends with the weights and the log of an undisturbed run, to the bit.
  @Test(arguments: trainers) func killedAndResumed(_ lines: String) throws {
    let spec = try Scratch.file("spec.yaml", "observations: 200\nwidths: [48]\nsteps: 400\nbatch: 64\n" + lines)
    let (whole, part, checkpoint) = (try place("whole"), try place("part"), try place("run"))
    let ending = try CommandRunner.run(["train", spec, "--save", whole, "--log", whole + ".csv", "--threads", "2"])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(try log(whole + ".csv").map { $0[0] } == (1...400).map { Double($0) })
    var arguments = ["train", spec, "--checkpoint", checkpoint, "--checkpoint-every", "0", "--log", part + ".csv"]
    var kills = 0
    for _ in 0..<3 {
      let before = try? data(checkpoint)
      let command = try CommandRunner.start(arguments)
      while command.process.isRunning, (try? data(checkpoint)) == before { usleep(2_000) }
      usleep(60_000)
      guard command.process.isRunning else { break }
      kill(command.process.processIdentifier, SIGKILL)
      _ = try command.ending()
      kills += 1
      if kills == 1 { arguments += ["--resume", checkpoint] }
    }
    #expect(kills > 0, "the training was over before it could be killed")
    let rest = try CommandRunner.run(arguments + ["--save", part])
    #expect(rest.code == 0, "\(rest.error)")
    #expect(try data(part) == data(whole))
    #expect(try data(part + ".csv") == data(whole + ".csv"))
  }

  /// An interrupt in the middle of a trial gives the training as it stands without it.
  @Test func interruptedWhileRatesAreTried() throws {
    let spec = try Scratch.file(
      "spec.yaml",
      "observations: 200\nwidths: [16]\nsteps: 100000\nrate: auto\nsearch: {first-stage: 50000}\nevaluate-every: 10\n")
    let (checkpoint, saved) = (try place("run"), try place("model"))
    let command = try CommandRunner.start([
      "train", spec, "--checkpoint", checkpoint, "--checkpoint-every", "0", "--format", "json", "--save", saved,
    ])
    while command.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(2_000) }
    usleep(200_000)
    kill(command.process.processIdentifier, SIGINT)
    let ending = try command.ending()
    #expect(ending.code == 130)
    // All of this was the first trial: no step of it counts.
    #expect(ending.json()["steps"]?.whole == 0)
    #expect(ending.json()["completed"] == .bool(false))
    #expect(FileManager.default.fileExists(atPath: saved))
  }

  @Test func ratesAreFoundWithinTheirRange() throws {
    let spec = try Scratch.file(
      "spec.yaml", "observations: 400\nwidths: [16]\nsteps: 200\nrate: auto\nsearch: {lowest: 0.0001, highest: 0.1}\n")
    let path = try place("log.csv")
    let ending = try CommandRunner.run(["train", spec, "--log", path, "--format", "json"])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.json()["spec"]?["rate"]?.text == "auto")
    let rates = try log(path).map { $0[2] }
    #expect(rates.count == 200 && rates.allSatisfy { $0 >= 0.0001 - 1e-12 && $0 <= 0.1 + 1e-12 })
    // Stages of 25, 50, 100 and 25 steps have one rate each.
    for stage in [0..<25, 25..<75, 75..<175, 175..<200] { #expect(Set(rates[stage]).count == 1) }
    #expect(ending.json()["heldOut"]?["accuracy"]?.double ?? 0 > 0.7)
  }

  @Test func frozenTensorsStayAndGroupsHaveTheirSettings() throws {
    let spec = try Scratch.file(
      "spec.yaml", Self.small + "groups:\n  - for: layer1.*\n    frozen: true\n  - for: vectors\n    rule: sgd\n")
    let ending = try CommandRunner.run(["train", spec, "--diagnose", "--diagnose-on", "20", "--format", "json"])
    #expect(ending.code == 0, "\(ending.error)")
    let tensors = try #require(ending.json()["diagnosis"]?["result"]?["tensors"]?.elements)
    #expect(tensors[0]["distance"]?.double == 0 && tensors[0]["name"]?.text == "layer1.weight")
    #expect(tensors[2]["distance"]?.double ?? 0 > 0)
    #expect(ending.json()["spec"]?["group layer1.*"]?.text == "frozen: true")
    // A group with the settings of all changes nothing.
    func weights(_ lines: String) throws -> Data {
      let path = try place("model")
      let ending = try CommandRunner.run(
        ["train", try Scratch.file("spec.yaml", Self.small + lines), "--save", path, "--quiet"])
      #expect(ending.code == 0, "\(ending.error)")
      return try data(path)
    }
    let plain = try weights("rate: 0.003\n")
    #expect(try weights("groups: [{for: matrices, rate: 0.003}]\n") == plain)
    #expect(try weights("groups: [{for: vectors, rule: adamw, rate: 0.003}]\n") == plain)
    #expect(try weights("groups: [{for: matrices, rate: 0.001}]\n") != plain)
    #expect(try weights("state: 8-bit\n") != plain)
    #expect(try weights("average: {tail: 30}\n") != plain)
    #expect(try weights("clip-value: 1e12\n") == plain)
    #expect(try weights("project: {ball: 1e6}\n") == plain)
  }

  @Test func aScheduleIsRefinedFromALog() throws {
    let (first, second) = (try place("first.csv"), try place("second.csv"))
    let plain = try Scratch.file("spec.yaml", Self.small)
    _ = try CommandRunner.run(["train", plain, "--log", first])
    let spec = try Scratch.file("refined.yaml", Self.small + "schedule: {refined: \(first), norm: euclidean}\n")
    let ending = try CommandRunner.run(["train", spec, "--log", second])
    #expect(ending.code == 0, "\(ending.error)")
    let schedule = try ScheduleRefinement(norm: .euclidean).schedule(try log(first).map { $0[3] }, peak: 0.003)
    let rates = try log(second).map { $0[2] }
    for (k, rate) in rates.enumerated() { #expect(abs(rate - schedule.rate(at: k + 1)) < 1e-9) }
    let same = try CommandRunner.run(["train", spec, "--log", first])
    #expect(same.code == 2)
    #expect(same.error.contains("would overwrite the log that the schedule is refined from; name another file"))
    let other = try Scratch.file("other.csv", "a,b\n1,2\n")
    let wrong = try Scratch.file("wrong.yaml", Self.small + "schedule: {refined: \(other)}\n")
    let refused = try CommandRunner.run(["train", wrong])
    #expect(refused.code == 3)
    #expect(refused.error == "gradus: cannot read \(other): it is no log of a training; name another file\n")
  }

  @Test(arguments: [
    ("sharpness-aware: -1\n", "1:18: sharpness-aware is '-1'; expected a number from 1e-12 to 1e+06"),
    ("sharpness-aware: {radios: 0.1}\n", "1:19: 'radios' is no part of sharpness-aware; expected 'radius'"),
    ("sharpness-aware: {adaptive: yes}\n", "1:29: adaptive is 'yes'; expected true or false"),
    ("sharpnes-aware: 0.1\n", "1:1: 'sharpnes-aware' is no part of a training; expected 'sharpness-aware'"),
    ("rate: auto\nsearch: {lowes: 1}\n", "2:10: 'lowes' is no part of search; expected 'lowest'"),
    ("rate: auto\nsearch: {candidates: 0}\n", "2:22: candidates is '0'; expected a whole number from 1 to 1000"),
    ("search: {lowest: 0.1}\n", "1:1: search goes with a rate that is searched for; expected rate: auto"),
    (
      "rate: auto\nschedule: cosine\n",
      "1:1: the rate is searched for on the way, without a schedule; expected schedule: constant, and no warmup"
    ),
    (
      "rate: auto\nsharpness-aware: 0.1\n",
      "1:1: sharpness-aware training has no search for the rate; expected a rate, or no sharpness-aware"
    ),
    ("schedule: cosin\n", "1:11: schedule is 'cosin'; expected 'cosine'"),
    ("schedule: {shap: cosine}\n", "1:12: 'shap' is no part of schedule; expected 'shape'"),
    ("schedule: {shape: cosine, floor: 2}\n", "1:34: floor is '2'; expected a number from 0 to 1"),
    ("schedule: {norm: absolute}\n", "1:12: norm goes with a refined schedule; expected refined: log.csv beside it"),
    ("preconditioner: kfac\n", "1:17: preconditioner is 'kfac'; expected 'k-fac'"),
    ("preconditioner: {dampng: 1}\n", "1:18: 'dampng' is no part of preconditioner; expected 'damping'"),
    (
      "preconditioner: {share: 2}\n", "1:25: share is '2'; expected a number from 1e-06 to 1"
    ),
    (
      "preconditioner: k-fac\nsharpness-aware: 0.1\n",
      "1:1: a preconditioner goes with plain training; expected no sharpness-aware, and a rate"
    ),
    ("state: 16-bit\n", "1:8: state is '16-bit'; expected '32-bit'"),
    ("average: 1.5\n", "1:10: average is '1.5'; expected a number from 0 to 1"),
    ("average: {tale: 5}\n", "1:11: 'tale' is no part of average; expected 'tail'"),
    ("clip: -2\n", "1:7: clip is '-2'; expected a number from 1e-12 to 1e+12, or none"),
    ("project: {box: [3, 1]}\n", "1:20: the upper end is '1'; expected a number from 3 to 1e+30"),
    ("groups: vectors\n", "1:9: groups is a value; expected a list such as [{for: vectors, decay: 0}]"),
    (
      "groups:\n  - {decay: 0}\n",
      "2:5: a group does not say which tensors; expected for: vectors, for: matrices, or for: a pattern of names"
    ),
    ("groups:\n  - {for: vectors, decai: 0}\n", "2:20: 'decai' is no setting of adamw; expected 'decay'"),
    ("groups:\n  - {for: vectors, decay: -1}\n", "2:27: decay is '-1'; expected a number from 0 to 1000"),
    ("groups:\n  - {for: vectors, rule: sgdd}\n", "2:26: there is no rule 'sgdd'; expected 'sgd'"),
    (
      "groups:\n  - {for: vectors}\n",
      "2:5: a group says nothing of its tensors; expected a setting, a rule, or frozen: true"
    ),
    ("groups:\n  - {for: layer1.wait, decay: 0}\n", "2:11: 'layer1.wait' means no tensor; expected 'layer1.weight'"),
    (
      "groups:\n  - {for: vectors, decay: 0}\n  - {for: layer1.bias, decay: 0}\n",
      "3:11: 'layer1.bias' means no tensor that groups before it have left; expected it before them"
    ),
  ])
  func messages(_ text: String, _ message: String) throws {
    let spec = try Scratch.file("spec.yaml", text)
    let ending = try CommandRunner.run(["train", spec])
    #expect(ending.code == 3)
    #expect(ending.error == "gradus: \(spec):\(message)\n")
  }

  /// Sophia hears curvature unless the spec says that it should not; what it hears changes the training.
  @Test func sophiaHearsCurvature() throws {
    let texts = try ["", "curvature: bartlett\n", "curvature: hutchinson\n", "curvature: gradient\n"].map { line in
      let (spec, log) = (
        try Scratch.file("spec.yaml", Self.small + "rule: sophia\nscale: 50\n" + line), try place("log")
      )
      let ending = try CommandRunner.run(["train", spec, "--log", log + ".csv"])
      #expect(ending.code == 0, "\(ending.error)")
      return try String(contentsOfFile: log + ".csv", encoding: .utf8)
    }
    #expect(texts[0] == texts[1] && Set(texts).count == 3)
    let bytes = try Scratch.file("spec.yaml", Self.small + "rule: sophia\nstate: 8-bit\n")
    let ending = try CommandRunner.run(["train", bytes])
    #expect(ending.code == 3 && ending.error.contains("say 'curvature: gradient'"))
  }

  @Test func whatCannotBeKeptInBytesIsSaid() throws {
    let ending = try CommandRunner.run(["train", try Scratch.file("spec.yaml", "rule: muon\nstate: 8-bit\n")])
    #expect(ending.code == 3)
    #expect(
      ending.error.contains("state: 8-bit goes with rules that treat every coordinate alike, not with muon; choose"))
  }
}
