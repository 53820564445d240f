// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct SolveTests {
  @Test func jsonIsOneDocumentWithTheMembersOfTheContract() throws {
    let ending = try CommandRunner.run(["solve", "problem:rosenbrock,n=4", "--format", "json", "--seed", "5"])
    #expect(ending.code == 0)
    let json = ending.json()
    #expect(json["schema"]?.text == "gradus.result/1")
    #expect(json["seed"]?.whole == 5)
    for name in ["version", "seconds", "steps", "objective", "bound", "gap", "primalStatus", "dualStatus"] {
      #expect(json[name] != nil, "\(name)")
    }
    let problem = json["problem"]
    for name in [
      "name", "kind", "sense", "variables", "integerVariables", "constraints", "nonzeros", "fingerprint",
    ] { #expect(problem?[name] != nil, "problem.\(name)") }
    for name in ["name", "settings", "components"] { #expect(json["method"]?[name] != nil, "method.\(name)") }
    for name in ["kind", "rule"] { #expect(json["stopped"]?[name] != nil, "stopped.\(name)") }
    for name in ["feasibility", "dual", "integrality", "gapRelative", "gapAbsolute"] {
      #expect(json["tolerances"]?[name]?.double != nil, "tolerances.\(name)")
    }
    for name in ["kind", "point", "bound", "verified"] {
      #expect(json["certificate"]?[name] != nil, "certificate.\(name)")
    }
    #expect(json["solution"]?.members?.map(\.name) == ["x0", "x1", "x2", "x3"])
    #expect(json["status"]?.text == "locallyOptimal")
    #expect(json["answers"]?["judge"]?.whole ?? 0 > 0)
    #expect(abs(json["objective"]?.double ?? 1) < 1e-9)
  }

  @Test func severalFilesMakeOneDocumentAndTheHighestCode() throws {
    let ending = try CommandRunner.run([
      "solve", "problem:sphere,n=2", "problem:rosenbrock,n=3", "--format", "json", "--answers", "3", "--by", "cma-es",
    ])
    let json = ending.json()
    #expect(json["schema"]?.text == "gradus.results/1")
    #expect(json["results"]?.elements?.count == 2)
    #expect(ending.code == 4)
  }

  @Test func expectationsAndVerificationCanBeDemanded() throws {
    let wrong = try CommandRunner.run(["solve", "problem:sphere,n=2", "--expect", "infeasible", "--quiet"])
    #expect(wrong.code == 100)
    #expect(wrong.error.contains("not infeasible as expected"))
    let right = try CommandRunner.run(["solve", "problem:rosenbrock,n=2", "--expect", "locallyOptimal", "--quiet"])
    #expect(right.code == 0)
    #expect(right.error.isEmpty)
    let unverified = try CommandRunner.run([
      "solve", "problem:rosenbrock,n=6", "--by", "random-search", "--answers", "10", "--require-verified",
    ])
    #expect(unverified.code == 100)
  }

  @Test func anInfeasibleProgramHasNoObjective() throws {
    let file = try Scratch.file(
      "contradiction.lp", Data("min\n x + [ x^2 ] / 2\nst\n a: x + y >= 3\n b: x + y <= 1\nend\n".utf8))
    let text = try CommandRunner.run(["solve", file, "--expect", "infeasible", "--quiet"])
    #expect(text.code == 0)
    #expect(!text.out.contains("objective") && !text.out.contains("bound "))
    let json = try CommandRunner.run(["solve", file, "--format", "json", "--quiet"]).json()
    #expect(json["status"]?.text == "infeasible")
    #expect(json["objective"]?.double == nil && json["bound"]?.double == nil)
    #expect(json["solution"]?.members?.isEmpty ?? true)
  }

  @Test func aTargetIsAStatement() throws {
    let ending = try CommandRunner.run([
      "solve", "problem:rastrigin,n=3", "--by", "cma-es", "--target", "20", "--format", "json",
    ])
    #expect(ending.code == 0)
    #expect(ending.json()["status"]?.text == "targetReached")
  }

  @Test func theSameSeedGivesTheSameAnswer() throws {
    func answer(_ seed: String) throws -> JSONValue? {
      try CommandRunner.run([
        "solve", "problem:rastrigin,n=4", "--by", "cma-es", "--answers", "500", "--seed", seed, "--format", "json",
      ]).json()["solution"]
    }
    let first = try answer("3")
    #expect(try first == answer("3"))
    #expect(try first != answer("4"))
  }

  @Test func finiteDifferencesStandInForDerivatives() throws {
    let ending = try CommandRunner.run([
      "solve", "problem:rosenbrock,n=3", "--by", "lbfgs", "--derivatives", "finite", "--format", "json",
    ])
    #expect(ending.code == 0)
    #expect(abs(ending.json()["objective"]?.double ?? 1) < 1e-6)
  }

  @Test func theResultStartsAnotherRun() throws {
    let result = try Scratch.folder().appendingPathComponent("r.json").path
    let first = try CommandRunner.run(["solve", "problem:rosenbrock,n=5", "--solution", result, "--quiet"])
    #expect(first.code == 0)
    let second = try CommandRunner.run([
      "solve", "problem:rosenbrock,n=5", "--by", "lbfgs", "--start", result, "--format", "json",
    ])
    #expect(second.code == 0)
    #expect(second.json()["answers"]?["gradient"]?.whole ?? .max <= 3)
  }

  @Test func thePlotIsASelfContainedPicture() throws {
    let picture = try Scratch.folder().appendingPathComponent("p.svg").path
    let ending = try CommandRunner.run([
      "solve", "problem:sphere,n=5", "--by", "cma-es", "--answers", "2000", "--plot", picture, "--quiet",
    ])
    #expect(ending.code == 0 || ending.code == 4)
    let svg = try String(contentsOfFile: picture, encoding: .utf8)
    #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("prefers-color-scheme: dark"))
    #expect(!svg.contains("href"))
    #expect(XMLParserCheck.isWellFormed(svg))
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func examplesHaveTheirKnownOptima() throws {
    for (file, optimum) in [("diet.mps", 2.433823921817), ("crew_roster.lp", 45), ("portfolio.qps", 62.032673542407)] {
      let ending = try CommandRunner.run(["solve", CommandRunner.example(file), "--format", "json", "--quiet"])
      let json = ending.json()
      #expect(ending.code == 0, "\(file): \(ending.error)")
      #expect(json["status"]?.text == "optimal", "\(file)")
      #expect(abs((json["objective"]?.double ?? .nan) - optimum) <= 1e-6 * max(1, optimum), "\(file)")
      #expect(ending.error.isEmpty)
    }
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func anIntegerOptimumSaysWhoVouchesForItsBound() throws {
    let ending = try CommandRunner.run(["solve", CommandRunner.example("crew_roster.lp"), "--format", "json"])
    let certificate = ending.json()["certificate"]
    #expect(certificate?["bound"]?.text?.hasPrefix("reportedBy HiGHS ") == true)
    #expect(certificate?["verified"]?.truth == false)
    #expect(certificate?["point"]?.text == "checked")
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func answersAreConfirmedAndTamperedOnesRefuted() throws {
    let file = CommandRunner.example("diet.mps")
    let result = try Scratch.folder().appendingPathComponent("diet.json").path
    #expect(try CommandRunner.run(["solve", file, "--solution", result, "--quiet"]).code == 0)
    #expect(try CommandRunner.run(["verify", file, result]).code == 0)
    let text = try String(contentsOfFile: result, encoding: .utf8)
    let tampered = text.replacing("\"rice\": 4", with: "\"rice\": 3")
    #expect(tampered != text)
    let forged = try Scratch.file("forged.json", tampered)
    #expect(try CommandRunner.run(["verify", file, forged]).code == 100)
    let roster = CommandRunner.example("crew_roster.lp")
    #expect(try CommandRunner.run(["solve", roster, "--solution", result, "--quiet"]).code == 0)
    let integer = try CommandRunner.run(["verify", roster, result])
    #expect(integer.code == 4)
    #expect(integer.out.contains("HiGHS"))
  }
}

/// Whether a text is XML.
enum XMLParserCheck {
  /// Tags are balanced and attributes quoted; enough for pictures that this package writes itself.
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      let name = tag.split(whereSeparator: { $0 == " " || $0 == "/" || $0.isNewline }).first ?? ""
      if tag.count(where: { $0 == "\"" }) % 2 != 0 { return false }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
      rest = rest[rest.index(after: end)...]
    }
    return open.isEmpty
  }
}
