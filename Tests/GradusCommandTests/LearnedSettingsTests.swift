// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `solve --learn` and `explain --store`.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt), .serialized)
struct LearnedSettingsTests {
  /// A sequence of related problems whose cost is counted in answers, so that everything repeats to the bit.
  private static let sequence = (0..<12).map { "problem:rosenbrock,n=\(4 + $0 % 5)" }

  private func learn(_ store: String, _ problems: [String], _ more: [String] = []) throws -> CommandRunner.Ending {
    try CommandRunner.run(["solve", "--by", "lbfgs", "--learn", store, "--format", "json"] + more + problems)
  }

  private func lines(_ store: String) throws -> [String] {
    try String(contentsOfFile: store, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test func aSequenceIsLearnedAndExplained() throws {
    let store = try Scratch.folder().appendingPathComponent("settings.store").path
    let ending = try learn(store, Self.sequence)
    #expect(ending.code == 0)
    #expect(ending.json()["results"]?.elements?.count == 12)
    #expect(ending.error.contains("learned settings for rosenbrock"))
    #expect(try lines(store).count >= 13)
    let text = try CommandRunner.run(["explain", "--store", store])
    #expect(text.code == 0)
    #expect(text.out.contains("lbfgs rosenbrock answers") && text.out.contains("rounds     12"))
    let json = try CommandRunner.run(["explain", "--store", store, "--format", "json"]).json()
    #expect(json["families"]?.elements?.first?["rounds"]?.whole == 12)
    #expect((json["families"]?.elements?.first?["spent"]?.double ?? 0) > 0)
  }

  @Test func whatIsLearnedDependsOnSeedAndSequenceAlone() throws {
    let stores = try (0..<2).map { _ in try Scratch.folder().appendingPathComponent("s").path }
    _ = try learn(stores[0], Self.sequence, ["--quiet"])
    // In two sessions: the second goes on where the first ended.
    _ = try learn(stores[1], Array(Self.sequence.prefix(7)), ["--quiet"])
    _ = try learn(stores[1], Array(Self.sequence.dropFirst(7)), ["--quiet"])
    #expect(try lines(stores[0]) == lines(stores[1]))
  }

  @Test func aKilledSessionKeepsWhatItLearned() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    let many = (0..<400).map { "problem:rosenbrock,n=\(20 + $0 % 7)" }
    let command = try CommandRunner.start(["solve", "--by", "lbfgs", "--learn", store, "--quiet"] + many)
    while command.process.isRunning, (try? lines(store).count) ?? 0 < 5 { usleep(2000) }
    kill(command.process.processIdentifier, SIGKILL)
    _ = try command.ending()
    let kept = try String(contentsOfFile: store, encoding: .utf8)
    // As a process killed within a write leaves it.
    try (kept + #"{"family":"lbfgs rosenbrock answers","inst"#).write(toFile: store, atomically: false, encoding: .utf8)
    let whole = kept.split(separator: "\n").count
    #expect(try CommandRunner.run(["explain", "--store", store]).code == 0)
    let ending = try learn(store, ["problem:rosenbrock,n=21"], ["--quiet"])
    #expect(ending.code == 0)
    #expect(try lines(store).count > whole)
    #expect(try String(contentsOfFile: store, encoding: .utf8).hasPrefix(kept))
  }

  /// Linear systems that drift, with one right-hand side: the last solution is a good start.
  private static let drifting = (0..<30).map { "problem:laplacian-system,w=8,shift=\(0.002 * Double($0)),seed=7" }

  @Test func theLastSolutionIsAStartWhereItHelps() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    let ending = try CommandRunner.run(
      ["solve", "--by", "sor", "--set", "tolerance=1e-8", "--learn", store, "--format", "json"] + Self.drifting)
    #expect(ending.code == 0)
    for result in ending.json()["results"]?.elements ?? [] {
      #expect(result["status"]?.text == "optimal")
      #expect((result["certificate"]?["primalResidualRelative"]?.double ?? 1) <= 1e-6)
    }
    let records = try lines(store).dropFirst().map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(records.contains { $0["settings"]?["start"]?.text == "last" && $0["finished"]?.truth == true })
    #expect(records.allSatisfy { $0["family"]?.text == "sor laplacian-system operations" })
    let learned = try CommandRunner.run(["explain", "--store", store])
    #expect(learned.out.contains("start") && learned.out.contains("last"))
    let without = try Scratch.folder().appendingPathComponent("s").path
    _ = try CommandRunner.run(
      ["solve", "--by", "sor", "--set", "tolerance=1e-8", "--set", "start=given", "--learn", without, "--quiet"]
        + Self.drifting)
    #expect(try !lines(without).contains { $0.contains("last") })
  }

  @Test func aLastSolutionOfAnotherProblemIsNoStart() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    _ = try learn(store, Self.sequence, ["--quiet"])
    let kept = try String(contentsOfFile: store, encoding: .utf8)
    // Never the same dimension twice in a row.
    #expect(!kept.contains(#""start":"last""#))
    try "mine".write(toFile: store + ".last", atomically: false, encoding: .utf8)
    #expect(try learn(store, Self.sequence, ["--quiet"]).code == 0)
    #expect(try String(contentsOfFile: store + ".last", encoding: .utf8) == "mine")
  }

  @Test func operationsThatNobodyCountsAreRefused() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    let ending = try learn(store, ["problem:sphere,n=2"], ["--learn-cost", "operations"])
    #expect(ending.code == 2)
    #expect(ending.error.contains("counts no operations"))
  }

  @Test func aSequenceKilledAgainAndAgainIsLearnedToItsEnd() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    let many = (0..<40).map { "problem:laplacian-system,w=8,shift=\(0.01 * Double($0 % 13)),seed=\($0 + 1)" }
    func rounds() throws -> Int {
      guard let text = try? String(contentsOfFile: store, encoding: .utf8) else { return 0 }
      // The last line may be without its end.
      let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().dropFirst()
      return try whole.map { try (JSONValue(parsing: Array($0.utf8))["round"]?.whole ?? -1) + 1 }.max() ?? 0
    }
    var kills = 0
    while try rounds() < many.count {
      let done = try rounds()
      let before = (try? String(contentsOfFile: store, encoding: .utf8)) ?? ""
      let command = try CommandRunner.start(
        ["solve", "--by", "sor", "--learn", store, "--quiet"] + many.dropFirst(done))
      while command.process.isRunning, try rounds() < done + 6 { usleep(500) }
      if command.process.isRunning {
        kill(command.process.processIdentifier, SIGKILL)
        kills += 1
      }
      _ = try command.ending()
      #expect(try String(contentsOfFile: store, encoding: .utf8).hasPrefix(before))
      #expect(try rounds() > done)
    }
    #expect(kills >= 3)
    let json = try CommandRunner.run(["explain", "--store", store, "--format", "json"]).json()
    #expect(json["families"]?.elements?.first?["rounds"]?.whole == many.count)
  }

  @Test(arguments: [
    ("a model", "NAME x\nROWS\n", 3, "is no store"),
    (#"{"schema":"gradus.settings/9"}"#, "", 3, "gradus.settings/9"),
    (#"{"schema":"gradus.settings/1"}"#, "\n{\"family\":7}\n", 3, "delete the line"),
  ])
  func aStoreThatCannotBeReadIsLeftAlone(_ head: String, _ rest: String, _ code: Int32, _ words: String) throws {
    let store = try Scratch.file("s", head + (rest.isEmpty ? "\n" : rest))
    let before = try Data(contentsOf: URL(fileURLWithPath: store))
    for arguments in [["explain", "--store", store], ["solve", "problem:sphere,n=2", "--learn", store, "--quiet"]] {
      let ending = try CommandRunner.run(arguments)
      #expect(ending.code == code, "\(arguments[0])")
      #expect(ending.error.contains(words) && ending.error.split(separator: "\n").count == 1, "\(ending.error)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == before)
  }

  @Test func anInstanceUnlikeTheOthersIsSolvedWithTheDefaults() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    _ = try learn(store, Self.sequence, ["--quiet"])
    let ending = try learn(store, ["problem:rosenbrock,n=400"])
    #expect(ending.code == 0)
    #expect(ending.error.contains("more than ten times more or fewer variables"))
  }

  @Test func aMissingStoreToExplainIsSaid() throws {
    let ending = try CommandRunner.run(["explain", "--store", "/nowhere/at/all"])
    #expect(ending.code == 3)
    #expect(ending.error.contains("/nowhere/at/all"))
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func answersStayWhatTheyAre() throws {
    let store = try Scratch.folder().appendingPathComponent("s").path
    let file = CommandRunner.example("crew_roster.lp")
    let plain = try CommandRunner.run(["solve", file, "--format", "json", "--quiet"]).json()
    let ending = try CommandRunner.run(
      ["solve", "--learn", store, "--format", "json", "--quiet"] + [String](repeating: file, count: 12))
    #expect(ending.code == 0)
    for result in ending.json()["results"]?.elements ?? [] {
      #expect(result["status"] == plain["status"])
      #expect(abs((result["objective"]?.double ?? 0) - (plain["objective"]?.double ?? 1)) < 1e-6)
    }
  }
}
