// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `gradus compare` as a user runs it, kills it and goes on.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct CompareCommandTests {
  private static let short = [
    "compare", "adamw", "sgd,momentum=0.9", "--workloads", "quadratic", "--format", "json",
  ]
  /// Four references of eight trials and three repetitions each, and what the studies of both rules try.
  private static func trainings(_ trials: Int) -> Int { 4 * (8 + 3) + 2 * trials }

  /// Long enough to be killed on the way.
  private static let longer = short + ["--trials", "10", "--studies", "3"]

  private func essence(_ json: JSONValue) -> JSONValue {
    .object((json.members ?? []).filter { $0.name != "seconds" })
  }

  private func lines(_ path: String) -> Int {
    (try? Data(contentsOf: URL(fileURLWithPath: path)))?.count { $0 == 0x0A } ?? 0
  }

  @Test func aShortComparisonIsReported() throws {
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appendingPathComponent("rules.html").path
    let ending = try CommandRunner.run(
      Self.short + ["--trials", "2", "--studies", "1", "--report", page, "--quiet"])
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.error.isEmpty)
    let json = ending.json()
    #expect(json["schema"]?.text == "gradus.comparison/1")
    #expect(json["seed"]?.whole == 0)
    #expect(json["trainings"]?.whole == Self.trainings(2))
    let target = try #require(json["targets"]?.elements?.first)
    #expect(target["name"]?.text == "quadratic" && target["target"]?.double?.isFinite == true)
    #expect(["adamw", "nadamw", "sgd,momentum=0.9", "sgd,momentum=0.9,nesterov=true"].contains(target["setBy"]?.text))
    let rules = try #require(json["rules"]?.elements)
    #expect(Set(rules.compactMap { $0["rule"]?.text }) == ["adamw", "sgd,momentum=0.9"])
    let scores = rules.compactMap { $0["score"]?.double }
    #expect(scores.count == 2 && scores[0] >= scores[1] && scores.allSatisfy { (0...1).contains($0) })
    for rule in rules {
      let workload = try #require(rule["workloads"]?.elements?.first)
      let steps = try #require(workload["steps"]?.double)
      #expect(workload["studies"]?.doubles == [steps])
      #expect(steps > 0 && (steps <= target["steps"]?.double ?? 0 || steps == .infinity))
      // The name of the rule, and how far it got, are on the page as well.
      if steps.isFinite { #expect(workload["rate"]?.double ?? 0 > 0) }
    }
    try check(try String(contentsOfFile: page, encoding: .utf8), names: ["adamw", "sgd,momentum=0.9", "quadratic"])
  }

  /// The page is whole, has everything in it, and asks for nothing from elsewhere.
  private func check(_ html: String, names: [String]) throws {
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
    for name in names { #expect(html.contains(">\(name)<"), "\(name)") }
    #expect(html.contains("<svg") && html.contains("<table>"))
    // The namespace of pictures is a name, which nobody fetches.
    let rest = html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    for part in ["http:", "https:", "//", "src=", "href=", "url(", "@import", "<script", "<link", "<iframe"] {
      #expect(!rest.contains(part), "\(part)")
    }
    #expect(!html.contains("nan"))
  }

  @Test func killedAndContinued() throws {
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let journal = folder.appendingPathComponent("trials.journal").path
    let whole = try CommandRunner.run(Self.longer)
    let command = try CommandRunner.start(Self.longer + ["--journal", journal])
    while command.process.isRunning, lines(journal) < 6 { usleep(1_000) }
    kill(command.process.processIdentifier, SIGKILL)
    #expect(try command.ending().code == -9, "the comparison was over before it could be killed")
    let kept = lines(journal)
    #expect(kept >= 6 && kept < 1 + Self.trainings(30))
    // As a kill in the middle of a line leaves it.
    let handle = try #require(FileHandle(forWritingAtPath: journal))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"stream":{"#.utf8))
    try handle.close()
    let rest = try CommandRunner.run(Self.longer + ["--journal", journal])
    #expect(rest.code == 0, "\(rest.error)")
    #expect(essence(rest.json()) == essence(whole.json()))
    #expect(lines(journal) == 1 + Self.trainings(30))
    // Now everything is known, and nothing is trained or written again.
    let again = try CommandRunner.run(Self.longer + ["--journal", journal, "--threads", "2"])
    #expect(essence(again.json()) == essence(whole.json()))
    #expect(lines(journal) == 1 + Self.trainings(30))
    let other = try CommandRunner.run(Self.longer + ["--journal", journal, "--seed", "1"])
    #expect(other.code == 3)
    #expect(other.error == "gradus: \(journal): the journal belongs to another comparison; name another file\n")
    #expect(lines(journal) == 1 + Self.trainings(30))
  }

  @Test func workloadsAreListed() throws {
    let ending = try CommandRunner.run(["compare", "--workloads", "list"])
    #expect(ending.code == 0, "\(ending.error)")
    for name in ["logistic", "perceptron", "transformer", "quadratic"] { #expect(ending.out.contains("\n\(name) ")) }
  }

  @Test(arguments: [
    (["adamww"], "adamww: there is no update rule 'adamww'; did you mean 'adamw'?"),
    (
      ["adamw", "gradient-thing"],
      "gradient-thing: there is no update rule 'gradient-thing'; 'gradus methods' lists them"
    ),
    (["sgd,momentun=0.9"], "sgd,momentun=0.9: sgd has no setting 'momentun'; did you mean 'momentum'?"),
    (["sgd,momentum=2"], "sgd,momentum=2: setting momentum=2 is out of range; allowed is"),
    (["adamw,rate=0"], "adamw,rate=0: setting rate=0 is out of range; allowed is"),
    (["sgd,momentum"], "sgd,momentum: 'momentum' in 'sgd,momentum' is no setting; write name=value"),
    (["adamw", "--workloads", "quadratik"], "there is no workload 'quadratik'; did you mean 'quadratic'?"),
    (["adamw", "--workloads", "nothing"], "there is no workload 'nothing'; choose from logistic, "),
    (["adamw", "--schedule", "cosin"], "there is no schedule 'cosin'; did you mean 'cosine'?"),
    (["adamw", "--trials", "0"], "--trials and --studies lie between 1 and 1000"),
    (["adamw", "--warmup", "1"], "--warmup must be a share from 0 to below 1"),
    (["adamw", "adamw"], "the rule 'adamw' is named twice"),
    ([], "name one or more rules; 'gradus methods' lists them"),
  ])
  func messages(_ arguments: [String], _ message: String) throws {
    let ending = try CommandRunner.run(["compare"] + arguments)
    #expect(ending.code == 2, "\(ending.error)")
    #expect(ending.error.hasPrefix("gradus: \(message)"), "\(ending.error)")
    #expect(ending.out.isEmpty)
    #expect(ending.error.count { $0 == "\n" } == 1, "\(ending.error)")
  }
}
