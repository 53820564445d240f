// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// `gradus tune --method` as a user calls it.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TuneMethodTests {
  private static func storage() throws -> String { try Scratch.folder().appendingPathComponent("s.journal").path }

  private static func tune(_ storage: String, _ rest: [String]) throws -> CommandRunner.Ending {
    try CommandRunner.run(["tune", "--storage", storage] + rest)
  }

  private static func rosenbrock(_ sizes: ClosedRange<Int>) -> [String] { sizes.map { "problem:rosenbrock,n=\($0)" } }

  /// Gradient descent halves its step where a fifth would do: on five problems that the tuning has not seen it needs much less.
  @Test func settingsThatAreBetterElsewhereToo() throws {
    let storage = try Self.storage()
    let arguments =
      ["--method", "gradient-descent", "--on"] + Self.rosenbrock(3...5) + ["--held-out"] + Self.rosenbrock(6...10)
      + ["--trials", "20", "--format", "json", "--deterministic"]
    let first = try Self.tune(storage, arguments)
    #expect(first.code == 0, "\(first.error)")
    let knobs = try #require(first.json()["knobs"])
    #expect(knobs["measure"] == "answers" && knobs["usesSeed"] == false && knobs["seeds"]?.elements?.count == 1)
    let score = try #require(knobs["score"]?.double)
    #expect(score < 0.7)
    let test = try #require(knobs["tests"]?.elements?.first)
    #expect(test["heldOut"] == true && test["pairs"] == 5 && test["solved"] == 5)
    #expect(knobs["verdict"] == "better" && (test["high"]?.double ?? 2) < 1)
    // The default is the first trial, and worth 1.
    let trials = try CommandRunner.run(["study", "export", "\(storage).json", "--storage", storage])
    #expect(trials.code == 0)
    let whole = try JSONValue(parsing: String(contentsOfFile: "\(storage).json", encoding: .utf8))
    let zero = try #require(whole["trials"]?.elements?.first)
    #expect(abs((zero["values"]?.doubles?.first ?? 0) - 1) < 1e-9)
    // The line that is told does what was told.
    let line = try #require(knobs["solve"]?.text).split(separator: " ").dropFirst().map(String.init)
    #expect(line.prefix(3) == ["solve", "FILE", "--by"])
    func steps(_ arguments: [String]) throws -> Double {
      try #require(try CommandRunner.run(arguments + ["--format", "json", "--quiet"]).json()["steps"]?.double)
    }
    let problem = "problem:rosenbrock,n=7"
    let found = try steps(line.map { $0 == "FILE" ? problem : $0 })
    #expect(found < 0.9 * (try steps(["solve", problem, "--by", "gradient-descent"])))
    // A second call has nothing to do: not a byte is written.
    let before = try Data(contentsOf: URL(fileURLWithPath: storage))
    let second = try Self.tune(storage, arguments)
    #expect(second.code == 0 && second.json()["knobs"] == knobs)
    #expect(try Data(contentsOf: URL(fileURLWithPath: storage)) == before)
    // Another question is refused.
    let other = try Self.tune(storage, arguments + ["--cutoff", "3"])
    #expect(other.code == 2 && other.error.contains("began with another --cutoff"), "\(other.error)")
  }

  /// Of a method with random numbers the seeds of the test are others than those of the tuning.
  @Test func randomMethodsHaveOtherSeedsInTheTest() throws {
    let storage = try Self.storage()
    let arguments =
      ["--method", "differential-evolution", "--set", "population=20", "--on"] + Self.rosenbrock(2...5)
      + ["--trials", "12", "--answers", "300", "--format", "json", "--seeds", "3", "--test-seeds", "6", "--quiet"]
    let ending = try Self.tune(storage, arguments)
    #expect(ending.code == 0, "\(ending.error)")
    let knobs = try #require(ending.json()["knobs"])
    #expect(knobs["measure"] == "value" && knobs["usesSeed"] == true && knobs["heldOut"]?.elements?.count == 1)
    let tuning = Set((knobs["seeds"]?.elements ?? []).compactMap(\.whole))
    #expect(tuning.count == 3)
    let tests = knobs["tests"]?.elements ?? []
    #expect(tests.map { $0["pairs"]?.whole } == [18, 6])
    for test in tests {
      let seeds = (test["seeds"]?.elements ?? []).compactMap(\.whole)
      #expect(Set(seeds).count == 6 && tuning.isDisjoint(with: seeds))
    }
  }

  /// However often it is killed, in the trials and in the test: every trial counts once, and the end is that of an undisturbed
  /// call.
  @Test func killedAgainAndAgain() throws {
    let arguments =
      ["--method", "differential-evolution", "--set", "population=20", "--on"] + Self.rosenbrock(2...5)
      + ["--trials", "10", "--answers", "200", "--seeds", "2", "--test-seeds", "5", "--deterministic", "--quiet"]
      + ["--format", "json"]
    let (quiet, disturbed) = (try Self.storage(), try Self.storage())
    let wanted = try Self.tune(quiet, arguments)
    #expect(wanted.code == 0, "\(wanted.error)")
    var random = UInt64(17)
    for _ in 0..<25 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let running = try CommandRunner.start(["tune", "--storage", disturbed] + arguments)
      usleep(50_000 + UInt32((random >> 33) % 500_000))
      kill(running.process.processIdentifier, SIGKILL)
      _ = try running.ending()
    }
    let found = try Self.tune(disturbed, arguments)
    #expect(found.code == 0, "\(found.error)")
    let text = try String(contentsOfFile: disturbed, encoding: .utf8)
    let lost = text.split(separator: "\n").count { $0.contains("gradus:retry-of") }
    let (a, b) = (wanted.json(), found.json())
    let complete = (b["trials"]?["complete"]?.whole ?? 0, b["trials"]?["failed"]?.whole ?? 0)
    #expect(complete.0 + complete.1 - lost == 10, "\(complete), \(lost) lost")
    // A trial that was lost twice has failed; where there was none, everything is the same.
    if complete.0 == 10 {
      #expect(b["knobs"]?["score"] == a["knobs"]?["score"] && b["knobs"]?["tests"] == a["knobs"]?["tests"])
    }
  }

  @Test func interruptedItSaysHowToGoOn() throws {
    let storage = try Self.storage()
    let running = try CommandRunner.start(
      ["tune", "--storage", storage, "--method", "gradient-descent", "--on"] + Self.rosenbrock(3...5)
        + ["--trials", "100000", "--quiet"])
    let deadline = ContinuousClock.now + .seconds(30)
    func begun() -> Bool {
      ((try? String(contentsOfFile: storage, encoding: .utf8)) ?? "").contains("\"op_code\":6")
    }
    while !begun(), ContinuousClock.now < deadline { usleep(20_000) }
    kill(running.process.processIdentifier, SIGINT)
    let ending = try running.ending()
    #expect(ending.code == 130 && ending.out.contains("stopped; call again to go on"), "\(ending.error)")
  }

  private static let on = ["--on", "problem:rosenbrock,n=2"]
  private static let mistakes: [(arguments: [String], code: Int32, message: String)] = [
    ([], 2, "name a SPEC, or a method with --method NAME and problems with --on FILE…"),
    (["a.yaml", "--method", "lbfgs"] + on, 2, "a SPEC and --method are two ways to say what is tuned"),
    (["--method", "lbfgs"], 2, "--method needs problems to tune on: --on FILE…"),
    (on, 2, "--on goes with --method NAME"), (["a.yaml", "--seeds", "3"], 2, "--seeds goes with --method NAME"),
    (["--method", "lbgfs"] + on, 2, "there is no method 'lbgfs'; did you mean 'lbfgs'?"),
    (["--method", "lbfgs", "--seeds", "0"] + on, 2, "--seeds must be from 1 to 10000"),
    (["--method", "lbfgs", "--test-seeds", "0"] + on, 2, "--test-seeds must be from 1 to 10000"),
    (["--method", "lbfgs", "--cutoff", "0"] + on, 2, "--cutoff must be a number of seconds above 0"),
    (["--method", "lbfgs", "--set", "memroy=3"] + on, 2, "lbfgs has no setting 'memroy'; did you mean 'memory'?"),
    (["--method", "lbfgs", "--on", "missing.nl"], 3, "missing.nl"),
    (
      ["--method", "random-search"] + on, 2,
      "random-search has no settings to tune on Unconstrained; 'gradus explain random-search'"
    ),
    (["--method", "highs"] + on, 2, "highs does not take problem:rosenbrock,n=2, which is of kind"),
    (["--method", "lbfgs", "--on", "problem:rosenbrok"], 2, "rosenbrock"),
    (
      ["--method", "lbfgs", "--held-out", "problem:rosenbrock,n=2"] + on, 2,
      "problem:rosenbrock,n=2 is tuned on as well; hold out problems that the tuning does not see"
    ),
    (["--method", "lbfgs", "--on", "problem:rosenbrock", "problem:rosenbrock"], 2, "stands in --on twice"),
    (["--method", "lbfgs", "--measure", "operations"] + on, 2, "lbfgs counts no operations on these problems"),
    (["--method", "lbfgs", "--measure", "gap"] + on, 2, "no run of lbfgs has a bound"),
    (
      ["--method", "lbfgs", "--set", "memory=5", "--set", "decrease=0.1", "--set", "curvature=0.8"] + on, 2,
      "lbfgs has no settings to tune"
    ),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreNamed(_ number: Int) throws {
    let (arguments, code, message) = Self.mistakes[number]
    let storage = try Self.storage()
    let ending = try Self.tune(storage, arguments + ["--quiet"])
    #expect(ending.code == code, "\(ending.error)")
    #expect(ending.error.hasPrefix("gradus: ") && ending.error.split(separator: "\n").count == 1)
    #expect(ending.error.contains(message), "\(ending.error)")
    #expect(((try? String(contentsOfFile: storage, encoding: .utf8)) ?? "").isEmpty)
  }
}
