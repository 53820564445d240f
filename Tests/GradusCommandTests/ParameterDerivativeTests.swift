// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// `solve --sensitivity` on five-element models: derivatives with respect to data, against solving again.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct ParameterDerivativeTests {
  private func solved(_ text: String, _ options: [String] = []) throws -> JSONValue {
    let file = try Scratch.file("model.yaml", text)
    let path = try Scratch.folder().appendingPathComponent("result.json").path
    let ending = try CommandRunner.run(["solve", file, "--solution", path, "--quiet"] + options)
    #expect(ending.code == 0, "\(ending.error)")
    return try JSONValue(parsing: String(contentsOfFile: path, encoding: .utf8))
  }

  private static func model(a: Double = 3, b: Double = 0.5, top: Double = 1.7) -> String {
    """
    name: moved
    sets: {S: [u, v]}
    parameters:
      a: \(a)
      b: {over: S, values: [\(b), 1.5]}
      c: 2 * b[u]
      top: \(top)
    variables:
      x: {lower: 0, upper: top}
      y: {lower: 0, upper: 10}
      z: {lower: -10, upper: 10}
    maximize: -((x - a)^2 + b[u] * y^2 + exp(c * x - y) + b[v] * (z - x)^2)
    subject to:
      cap: x + y <= a
    """
  }

  private static let tight = ["--by", "interior-point", "--set", "tol=1e-11"]

  /// x at its bound and x + y at its side, which are parameters; b[u] enters through c as well.
  @Test(arguments: ["a", "b[u]", "top"])
  func derivativesAgreeWithSolvingAgain(_ name: String) throws {
    let result = try solved(Self.model(), ["--sensitivity"] + Self.tight)
    let all = try #require(result["sensitivity"]?["parameterDerivatives"]?.members)
    #expect(all.map(\.name) == ["a", "b[u]", "b[v]", "top"])
    #expect(result["sensitivity"]?["note"] == nil)
    let entry = try #require(all.first { $0.name == name }).value
    let h = 1e-4
    func moved(_ by: Double) throws -> JSONValue {
      switch name {
      case "a": try solved(Self.model(a: 3 + by), Self.tight)
      case "b[u]": try solved(Self.model(b: 0.5 + by), Self.tight)
      default: try solved(Self.model(top: 1.7 + by), Self.tight)
      }
    }
    let (ahead, behind) = (try moved(h), try moved(-h))
    func slope(_ read: (JSONValue) -> Double?) throws -> Double {
      (try #require(read(ahead)) - #require(read(behind))) / (2 * h)
    }
    let objective = try slope { $0["objective"]?.double }
    #expect(abs(objective - (entry["objective"]?.double ?? .nan)) <= 1e-5 * max(1, abs(objective)))
    for variable in ["x", "y", "z"] {
      let change = try slope { $0["solution"]?[variable]?.double }
      let told = entry["solution"]?[variable]?.double ?? 0
      #expect(abs(change - told) <= 1e-5 * max(1, abs(change)), "\(name) \(variable): \(told) \(change)")
    }
  }

  @Test func numbersThatCannotMoveAreNamed() throws {
    let result = try solved(
      "sets: {N: 1..k}\nparameters: {k: 2, w: 3}\nvariables: {x: {over: N}}\n"
        + "minimize: sum(i in N) (w * x[i]^2 - i * x[i])\n", ["--sensitivity"])
    let sensitivity = try #require(result["sensitivity"])
    #expect(sensitivity["parameterDerivatives"]?.members?.map(\.name) == ["w"])
    #expect(sensitivity["note"]?.text?.hasPrefix("no derivative with respect to k, which cannot be moved") == true)
  }

  /// x* = max(p, 0) at p = 0: the bound has no price.
  @Test func degenerateOptimaHaveNone() throws {
    let result = try solved(
      "parameters: {p: 0}\nvariables: {x: {lower: 0, upper: 10, start: 1}}\nminimize: (x - p)^4 + (x - p)^2\n",
      ["--sensitivity"] + Self.tight)
    let sensitivity = try #require(result["sensitivity"])
    #expect(sensitivity["parameterDerivatives"] == nil)
    #expect(sensitivity["note"]?.text?.contains("without a price") == true)
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func linearProgramsHaveThemBesideRanges() throws {
    let result = try solved(
      "parameters: {cost: 3, need: 4}\nvariables: {x: {lower: 0}, y: {lower: 0}}\nminimize: cost * x + 2 * y\n"
        + "subject to:\n  total: x + y >= need\n  first: x >= need / 4\n", ["--sensitivity"])
    let sensitivity = try #require(result["sensitivity"])
    #expect(sensitivity["sideRanges"]?.members?.count == 2)
    let need = try #require(sensitivity["parameterDerivatives"]?["need"])
    #expect(abs((need["objective"]?.double ?? 0) - 2.25) <= 1e-8)
    #expect(abs((need["solution"]?["x"]?.double ?? 0) - 0.25) <= 1e-8)
    #expect(abs((sensitivity["parameterDerivatives"]?["cost"]?["objective"]?.double ?? 0) - 1) <= 1e-8)
  }

  /// Every part of a derivative that was tampered with is found.
  @Test func derivativesAreVerified() throws {
    let file = try Scratch.file("model.yaml", Self.model())
    let path = try Scratch.folder().appendingPathComponent("result.json").path
    #expect(
      try CommandRunner.run(["solve", file, "--solution", path, "--quiet", "--sensitivity"] + Self.tight).code == 0)
    func claims(_ path: String) throws -> (code: Int32, findings: [String]) {
      let ending = try CommandRunner.run(["verify", file, path, "--format", "json"])
      let claims = try #require(ending.json()["claims"]?.elements).filter { $0["subject"]?.text == "sensitivity" }
      return (ending.code, claims.compactMap { $0["finding"]?.text })
    }
    let right = try claims(path)
    #expect(right.findings == ["confirmed", "confirmed"])
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let all = try #require(try JSONValue(parsing: text)["sensitivity"]?["parameterDerivatives"])
    let parts: [(String, String?)] = [
      ("a", nil), ("a", "y"), ("b[u]", nil), ("top", nil), ("top", "x"), ("top", "y"), ("top", "z"),
    ]
    for (name, variable) in parts {
      let entry = try #require(all[name])
      let part = if let variable { entry["solution"]?[variable] } else { entry["objective"] }
      let number = try #require(part, "\(name) \(variable ?? "")")
      let digits = String(decoding: number.serialized(), as: UTF8.self)
      // The entry by itself, so that the same digits elsewhere stay.
      let start = try #require(text.range(of: "\"\(name)\": {", options: .backwards))
      let place = try #require(text.range(of: digits, range: start.upperBound..<text.endIndex), "\(name) \(digits)")
      let bent = text.replacingCharacters(in: place, with: "\((number.double ?? 0) * 1.01 + 0.001)")
      let forged = try claims(try Scratch.file("forged.json", bent))
      #expect(forged.code == 100 && forged.findings.last == "refuted", "\(name) \(variable ?? "objective")")
    }
  }
}
