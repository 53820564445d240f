// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// `gradus tune` and `gradus worker` as a user calls them.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TuneCommandTests {
  /// A spec in a folder of its own, and the storage beside it.
  private static func spec(_ text: String, _ name: String = "s.yaml") throws -> (spec: String, storage: String) {
    let folder = try Scratch.folder()
    let spec = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: spec)
    return (spec.path, folder.appendingPathComponent("s.journal").path)
  }

  private static let sphere = """
    command: [sh, -c, "echo loss={x}"]
    parameters: {x: {type: float, low: 0, high: 1}}
    objectives: {loss: minimize}
    by: cma-es
    trials: 12
    parallel: 2
    deterministic: true
    """

  private static func tune(_ files: (spec: String, storage: String), _ rest: [String] = []) throws
    -> CommandRunner.Ending
  {
    try CommandRunner.run(["tune", files.spec, "--storage", files.storage, "--quiet"] + rest)
  }

  /// For each question of the method the value that was tried, and how often it was complete.
  private static func questions(_ storage: String) throws -> [Int: (x: Double, ends: Int)] {
    var (trials, found): ([(question: Int, x: Double)], [Int: (x: Double, ends: Int)]) = ([], [:])
    for line in try String(contentsOfFile: storage, encoding: .utf8).split(separator: "\n") {
      let json = try JSONValue(parsing: String(line))
      if json["op_code"] == 4 {
        let origin = json["system_attrs"]?["gradus:retry-of"]?.whole.map { trials[$0].question }
        let question = json["system_attrs"]?["gradus:question"]?.whole ?? origin ?? -1
        trials.append((question, json["params"]?["x"]?.double ?? .nan))
      }
      if json["op_code"] == 6, let trial = json["trial_id"]?.whole {
        let (question, x) = trials[trial]
        found[question, default: (x, 0)].ends += json["state"] == 1 ? 1 : 0
        #expect(found[question]?.x == x)
      }
    }
    return found
  }

  @Test func aStudyFromBeginningToEndAndOn() throws {
    let files = try Self.spec(Self.sphere)
    let first = try Self.tune(files, ["--trials", "7", "--format", "json"])
    #expect(first.code == 0)
    let json = first.json()
    #expect(json["schema"] == "gradus.tune/1" && json["trials"]?["complete"] == 7 && json["seed"] == 0)
    let best = try #require(json["best"]?["values"]?.doubles?.first)
    #expect(json["best"]?["parameters"]?["x"]?.double == best)
    let second = try Self.tune(files)
    #expect(second.code == 0)
    #expect(second.out.hasPrefix("s: all 12 trials are done\n  12 complete trials in \(files.storage), by cma-es\n"))
    #expect(try Self.questions(files.storage).values.allSatisfy { $0.ends == 1 })
    let shown = try CommandRunner.run(["study", "show", "--storage", files.storage])
    #expect(shown.out.contains("12 complete") && shown.out.contains("loss"))
    // A worker finds nothing left to do.
    let worker = try CommandRunner.run(["worker", "--storage", files.storage, "--quiet"])
    #expect(worker.code == 0 && worker.out.contains("all 12 trials are done"))
  }

  /// However often and whenever it is killed: no trial is lost or counted twice, and the questions are those of a study that
  /// nobody disturbed. Kills fall at moments that a stream of random numbers chooses, some of them before anything was done.
  @Test(arguments: 0..<4) func killedAgainAndAgain(_ seed: Int) throws {
    let text = Self.sphere.replacing("trials: 12", with: "trials: 60").replacing(
      "echo loss", with: "sleep 0.01; echo loss")
    let (quiet, disturbed) = (try Self.spec(text), try Self.spec(text))
    #expect(try Self.tune(quiet).code == 0)
    var random = UInt64(seed &* 7919 &+ 1)
    for _ in 0..<50 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Whoever begins the study is killed, and those that help.
      let isBegun = ((try? String(contentsOfFile: disturbed.storage, encoding: .utf8)) ?? "").contains("gradus:plan")
      let who = isBegun && random & 1024 == 0 ? ["worker"] : ["tune", disturbed.spec]
      let running = try CommandRunner.start(
        who + ["--storage", disturbed.storage, "--quiet", "--parallel", "\(1 + random >> 62)"])
      usleep(5_000 + UInt32((random >> 33) % 120_000))
      kill(running.process.processIdentifier, SIGKILL)
      _ = try running.ending()
    }
    let ending = try Self.tune(disturbed)
    #expect(ending.code == 0)
    let (wanted, found) = (try Self.questions(quiet.storage), try Self.questions(disturbed.storage))
    #expect(wanted.count == 60 && wanted.values.allSatisfy { $0.ends == 1 })
    // A trial that was hit twice has failed; up to the first of those nothing differs.
    let failed = found.filter { $0.value.ends == 0 }.keys.min() ?? 60
    #expect(found.values.allSatisfy { $0.ends <= 1 } && found.count == 60)
    for question in 0..<failed { #expect(found[question]?.x == wanted[question]?.x, "question \(question)") }
  }

  /// Neither of two coordinators repeats what the other does, and one alone can go through their schedule again.
  @Test func twoCoordinators() throws {
    let files = try Self.spec(
      Self.sphere.replacing("trials: 12", with: "trials: 40").replacing("deterministic: true", with: "noisy: false"))
    let both = try (0..<2).map { _ in
      try CommandRunner.start(["tune", files.spec, "--storage", files.storage, "--quiet"])
    }
    for running in both { #expect(try running.ending().code == 0) }
    let found = try Self.questions(files.storage)
    #expect(found.count == 40 && found.values.allSatisfy { $0.ends == 1 })
    let replay = try CommandRunner.run(["study", "replay", "--storage", files.storage])
    #expect(replay.code == 0 && replay.out == "s: 40 questions of cma-es, seed 0: asked again, all the same\n")
    // One value of one trial is another: that is no schedule of this method.
    let text = try String(contentsOfFile: files.storage, encoding: .utf8)
    let value = try #require(found.values.map(\.x).max())
    let other = text.replacing("\"params\":{\"x\":\(value)}", with: "\"params\":{\"x\":\(value / 2)}")
    #expect(other != text)
    try other.write(toFile: files.storage, atomically: true, encoding: .utf8)
    let refuted = try CommandRunner.run(["study", "replay", "--storage", files.storage, "--format", "json"])
    #expect(refuted.code == 100 && refuted.json()["same"] == false && refuted.error.contains("is not what cma-es asks"))
  }

  /// What a command prints is read, not kept.
  @Test func aGigabyteOfOutput() throws {
    let files = try Self.spec(
      Self.sphere.replacing("trials: 12", with: "trials: 1").replacing(
        "echo loss", with: "yes 0123456789abcdef | head -c 1000000000; echo; echo loss"))
    let ending = try Self.tune(files, ["--format", "json"])
    let value = ending.json()["best"]?["parameters"]?["x"]?.double
    #expect(ending.code == 0 && value != nil && ending.json()["best"]?["values"]?.doubles?.first == value)
    let size = try FileManager.default.attributesOfItem(atPath: files.storage)[.size] as? Int
    #expect(size.map { $0 < 10_000 } == true)
  }

  @Test func interruptsPutTrialsBack() throws {
    let files = try Self.spec(Self.sphere.replacing("echo loss", with: "sleep 20; echo loss"))
    let running = try CommandRunner.start([
      "tune", files.spec, "--storage", files.storage, "--format", "json", "--quiet",
    ])
    let deadline = ContinuousClock.now + .seconds(20)
    func begun() -> Bool {
      ((try? String(contentsOfFile: files.storage, encoding: .utf8)) ?? "").contains("\"op_code\":4")
    }
    while !begun(), ContinuousClock.now < deadline { usleep(20_000) }
    kill(running.process.processIdentifier, SIGINT)
    let ending = try running.ending()
    #expect(ending.code == 130)
    let json = ending.json()
    #expect(json["stopped"]?["kind"] == "interrupt" && json["trials"]?["running"] == 0)
    #expect((json["trials"]?["waiting"]?.whole ?? 0) >= 1)
  }

  private static let mistakes: [(text: String, message: String)] = [
    ("trails: 3\n" + sphere, "s.yaml:1:1: 'trails' is no part of a study; expected 'trials'"),
    (
      sphere.replacing("trials: 12", with: "trials: many"),
      "s.yaml:5:9: trials is 'many'; expected a whole number from 1 to 1000000000"
    ),
    (sphere.replacing("low: 0", with: "low: 2"), "s.yaml:2:14: parameter \"x\" needs finite \"low\" ≤ \"high\""),
    (sphere.replacing("{x}", with: "{y}"), "'{y}' in \"echo loss={y}\" is no parameter; did you mean {x}?"),
    (sphere.replacing("minimize", with: "small"), "s.yaml:3:20: loss is 'small'; expected minimize or maximize"),
    (sphere + "\nconstraints: [\"t < 3\"]", "the constraint \"t < 3\" needs <= or >="),
    (sphere + "\ntimeout: soon", "timeout is 'soon'; expected a time such as 90, 90s, 10m, 1.5h or 2d"),
    (sphere + "\nfidelities: [0.1]", "the full fidelity 1 is missing"),
    (sphere + "\nstart: [{x: 3}]", "3 is not a value of \"x\""),
    ("trials: 3", "no 'parameters'"), ("", "the file is empty; expected a study: command, parameters"),
    ("- a\n- b", "a list instead of a mapping"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreNamed(_ number: Int) throws {
    let (text, message) = Self.mistakes[number]
    let files = try Self.spec(text)
    let ending = try Self.tune(files)
    #expect(ending.code == 3, "\(ending.error)")
    #expect(ending.error.hasPrefix("gradus: ") && ending.error.split(separator: "\n").count == 1)
    #expect(ending.error.contains(message), "\(ending.error)")
    #expect(!FileManager.default.fileExists(atPath: files.storage))
  }

  @Test func wrongMethodsAreNamed() throws {
    let files = try Self.spec(Self.sphere)
    for (name, part) in [
      ("cma-as", "Did you mean 'cma-es'?"), ("gradient-descent", "Choose a method that asks for values"),
    ] {
      let ending = try Self.tune(files, ["--by", name])
      #expect(ending.code == 2 && ending.error.contains(part), "\(ending.error)")
    }
  }
}
