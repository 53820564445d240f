// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// `verify --exact`, `verify --prove` and `solve --sensitivity`, with answers that are right and with tampered ones.
@Suite(
  .enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt),
  .enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
struct ProofTests {
  /// Solves a file and gives back the path of the result and its text.
  private func solved(_ file: String, _ options: [String] = [], code: Int32 = 0) throws -> (path: String, text: String)
  {
    let path = try Scratch.folder().appendingPathComponent("result.json").path
    let ending = try CommandRunner.run(["solve", file, "--solution", path, "--quiet"] + options)
    #expect(ending.code == code, "\(ending.error)")
    return (path, try String(contentsOfFile: path, encoding: .utf8))
  }

  /// Verifies and gives back the exit code and the report.
  private func verified(_ options: [String], _ file: String, _ result: String) throws -> (
    code: Int32, report: JSONValue
  ) {
    let ending = try CommandRunner.run(["verify"] + options + [file, result, "--format", "json"])
    return (ending.code, ending.json())
  }

  private func claim(_ report: JSONValue, _ subject: String) -> (finding: String, text: String)? {
    let claim = report["claims"]?.elements?.first { $0["subject"]?.text == subject }
    return claim.map { ($0["finding"]?.text ?? "", $0["text"]?.text ?? "") }
  }

  private func changed(_ text: String, _ old: String, _ new: String) throws -> String {
    let tampered = text.replacing(old, with: new)
    try #require(tampered != text, "\(old) does not occur")
    return try Scratch.file("forged.json", tampered)
  }

  private func knapsack(_ count: Int) throws -> String {
    let items = (0..<count).map { k in (value: 11 + (7 * k) % 13, weight: 9 + (5 * k) % 11) }
    let sum = { (values: [Int]) in values.enumerated().map { "\($1) x\($0)" }.joined(separator: " + ") }
    let capacity = items.reduce(0) { $0 + $1.weight } / 2
    return try Scratch.file(
      "knapsack.lp",
      "max\n \(sum(items.map(\.value)))\nst\n room: \(sum(items.map(\.weight))) <= \(capacity)\nbinary\n "
        + items.indices.map { "x\($0)" }.joined(separator: " ") + "\nend\n")
  }

  @Test func aLinearOptimumIsProvedExactly() throws {
    let file = CommandRunner.example("diet.mps")
    let (path, text) = try solved(file)
    let right = try verified(["--exact"], file, path)
    #expect(right.code == 0)
    #expect(right.report["certificate"]?["kind"]?.text == "exact")
    #expect(claim(right.report, "exact")?.finding == "confirmed")

    let wrong = try verified(["--exact"], file, changed(text, "\"objective\": 2.433", "\"objective\": 2.432"))
    #expect(wrong.code == 100)
    #expect(claim(wrong.report, "exact")?.text.contains("exactly 2.433") == true, "\(wrong.report)")

    // Another basis is not optimal: the point may be, but this proof of it is none.
    let letters = try #require(try JSONValue(parsing: text)["basis"]?["columns"]?.text)
    let first = try #require(letters.firstIndex(of: "b"))
    let other = letters.replacingCharacters(in: first...first, with: "l")
    let based = try verified(["--exact"], file, changed(text, letters, other))
    #expect(based.code == 4 || based.code == 100)
    #expect(claim(based.report, "exact")?.finding != "confirmed")
  }

  @Test func aFarkasRayIsProvedOrRefutedExactly() throws {
    let file = try Scratch.file("none.lp", "min\n x + y\nst\n a: x + y >= 3\n b: 3 x + 6 y <= 2\nend\n")
    let (path, text) = try solved(file)
    let right = try verified(["--exact"], file, path)
    #expect(right.code == 0, "\(right.report)")
    #expect(claim(right.report, "exact")?.text.contains("no point exists") == true)
    var document = try ResultDocument(JSONValue(parsing: text))
    document.ray?.values = [0, 1]
    let inverted = try Scratch.file("forged.json", Data(document.json.serialized(indented: true)))
    let forged = try verified(["--exact"], file, inverted)
    #expect(forged.code == 100, "\(forged.report)")
    let elsewhere = try Scratch.file("some.lp", "min\n x + y\nst\n a: x + y >= 3\n b: 3 x + 6 y <= 20\nend\n")
    #expect(try verified(["--exact"], elsewhere, path).code == 100)
  }

  @Test func anIntegerPointIsExactAndItsBoundIsProvedAgain() throws {
    let file = try knapsack(20)
    let (path, text) = try solved(file)
    let exact = try verified(["--exact"], file, path)
    #expect(claim(exact.report, "exact")?.finding == "confirmed")
    let proved = try verified(["--prove"], file, path)
    #expect(proved.code == 0, "\(proved.report)")
    #expect(
      claim(proved.report, "proof")?.finding == "confirmed" || claim(proved.report, "bound")?.finding == "confirmed")
    let both = try verified(["--prove", "--exact"], file, path)
    #expect(both.code == 0)
    #expect(both.report["certificate"]?["kind"]?.text == "exact")

    // A worse point with a bound to match: the proof finds the better one.
    let json = try JSONValue(parsing: text)
    let value = try #require(json["objective"]?.whole ?? json["objective"]?.double.map { Int($0.rounded()) })
    let name = try #require(json["solution"]?.members?.first { $0.value.double == 1 }?.name)
    let item = try #require(Int(name.dropFirst()))
    let less = value - (11 + (7 * item) % 13)
    var document = try ResultDocument(json)
    let place = try #require(document.solution?.names.firstIndex(of: name))
    document.solution?.values[place] = 0
    document.objectives = [Double(less)]
    document.bound = Double(less)
    let forged = try Scratch.file("forged.json", Data(document.json.serialized(indented: true)))
    for options in [["--prove"], ["--exact"], ["--prove", "--exact"]] {
      #expect(try verified(options, file, forged).code == 100, "\(options)")
    }
  }

  @Test func aProofThatRunsOutSaysHowFarItCame() throws {
    let file = try knapsack(40)
    let (path, _) = try solved(file)
    let ending = try verified(["--prove", "--nodes", "1"], file, path)
    #expect(ending.code == 4, "\(ending.report)")
    let proof = try #require(claim(ending.report, "proof"))
    #expect(proof.finding == "unchecked")
    #expect(proof.text.contains("1 box") || proof.text.contains("--nodes"), "\(proof.text)")
    let time = try CommandRunner.run(["verify", "--prove", "--time-limit", "-1", file, path])
    #expect(time.code == 2)
  }

  @Test func formulasHaveNoSuchProof() throws {
    let file = CommandRunner.example("dairy.yaml")
    let (path, _) = try solved(file)
    for option in ["--exact", "--prove"] {
      let ending = try CommandRunner.run(["verify", option, file, path])
      #expect(ending.code == 2)
      #expect(ending.error.contains("has formulas, which have no such proof"))
    }
  }

  @Test func rangesOfALinearProgramAreVerified() throws {
    let file = CommandRunner.example("diet.mps")
    let (path, text) = try solved(file, ["--sensitivity"])
    let sensitivity = try #require(try JSONValue(parsing: text)["sensitivity"])
    #expect(sensitivity["costRanges"]?.members?.count == 13)
    let calcium = try #require(sensitivity["sideRanges"]?["calcium"])
    #expect(calcium["value"]?.double == 1000)
    #expect(abs((calcium["from"]?.double ?? 0) - 787.377) < 1e-3 && abs((calcium["to"]?.double ?? 0) - 1357.04) < 1e-2)
    let right = try verified([], file, path)
    #expect(right.code == 0, "\(right.report)")
    #expect(claim(right.report, "sensitivity")?.finding == "confirmed")

    let from = try #require(calcium["from"]?.double)
    let forged = try verified([], file, changed(text, text.written(from), "700.5"))
    #expect(forged.code == 100)
    #expect(claim(forged.report, "sensitivity")?.text.contains("'calcium'") == true)
    let table = try CommandRunner.run(["solve", file, "--sensitivity", "--quiet"]).out
    #expect(table.contains("cost of") && table.contains("side of") && table.contains("bound of"))
  }

  @Test(arguments: ["dairy.yaml", "bakery.yaml", "portfolio.qps"])
  func derivativesOfANonlinearProgramAreVerified(_ name: String) throws {
    let file = CommandRunner.example(name)
    let (path, text) = try solved(file, ["--sensitivity"])
    let sides = try #require(try JSONValue(parsing: text)["sensitivity"]?["sideDerivatives"]?.members?.first)
    let right = try verified([], file, path)
    #expect(right.code == 0, "\(right.report)")
    #expect(claim(right.report, "sensitivity")?.finding == "confirmed", "\(right.report)")

    let slope = try #require(sides.value["objective"]?.double)
    let wrong = try verified([], file, changed(text, text.written(slope), "\(slope * 1.01)"))
    #expect(wrong.code == 100)
    let moved = try #require(sides.value["solution"]?.members?.first { abs($0.value.double ?? 0) > 1e-4 })
    let step = try #require(moved.value.double)
    let bent = try verified([], file, changed(text, text.written(step), "\(step * 1.1)"))
    #expect(bent.code == 100)
    #expect(claim(bent.report, "sensitivity")?.finding == "refuted", "\(bent.report)")
  }

  @Test func derivativesAreDifferencesOfOptima() throws {
    let text = try String(contentsOfFile: CommandRunner.example("dairy.yaml"), encoding: .utf8)
    let (_, base) = try solved(try Scratch.file("dairy.yaml", text), ["--sensitivity"])
    let more = try changedModel(text, "<= 1000", "<= 1001")
    let gain = try value(solved(more).text) - value(base)
    let slope = try JSONValue(parsing: base)["sensitivity"]?["sideDerivatives"]?["milk_delivered"]?["objective"]?.double
    #expect(abs(gain - (try #require(slope))) < 1e-3)
  }

  private func changedModel(_ text: String, _ old: String, _ new: String) throws -> String {
    try Scratch.file("dairy.yaml", text.replacing(old, with: new))
  }

  private func value(_ text: String) throws -> Double { try #require(JSONValue(parsing: text)["objective"]?.double) }

  /// Hock and Schittkowski 30: at (1, 0, 0) the row and the bound of x hold with parallel gradients.
  @Test func derivativesThatAreNotDeterminedAreNotGiven() throws {
    let file = try Scratch.file(
      "hs30.yaml",
      "variables: {x: {lower: 1, upper: 10, start: 1}, y: {start: 1}, z: {start: 1}}\nminimize: x^2 + y^2 + z^2\n"
        + "subject to:\n  disk: x^2 + y^2 >= 1\n")
    let (path, text) = try solved(file, ["--sensitivity"])
    let sensitivity = try JSONValue(parsing: text)["sensitivity"]
    #expect(sensitivity?["note"]?.text != nil, "\(sensitivity ?? .null)")
    #expect(sensitivity?["sideDerivatives"] == nil)
    #expect(try verified([], file, path).code != 100)
  }

  @Test func whereSensitivityIsMissingTheReasonIsGiven() throws {
    let (path, text) = try solved(CommandRunner.example("crew_roster.lp"), ["--sensitivity"])
    #expect(try JSONValue(parsing: text)["sensitivity"]?["note"]?.text?.contains("linear programs") == true)
    #expect(try verified([], CommandRunner.example("crew_roster.lp"), path).code == 4)
  }
}

extension String {
  /// The digits with which this text writes a number.
  fileprivate func written(_ value: Double) -> String {
    let whole = "\(value)".hasSuffix(".0") ? String("\(value)".dropLast(2)) : "\(value)"
    return contains(whole) ? whole : "\(value)"
  }
}
