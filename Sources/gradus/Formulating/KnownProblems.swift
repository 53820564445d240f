// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import GradusModeling

/// Problems that a simulated model knows: JSON lines, `{"text": "…", "model": {…}, "pitfall": "…", "rates": {…}}`; rates may stand in
/// any line, and without an insight into its pitfall a problem is got wrong.
enum KnownProblems {
  static func model(_ path: String, seed: UInt64) throws -> SimulatedApprentice {
    var items: [SimulatedFormulator.Item] = []
    var mistakes = SimulatedFormulator.Rates()
    var rates = SimulatedApprentice.Rates()
    var pitfalls: [String: String] = [:]
    let file = try FileBytes.load(path)
    let bytes = file.bytes.dropLast()
    for (k, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
      func error(_ cause: String) -> ReadError {
        ReadError(
          file: path, line: k + 1, column: 1, cause: cause, expected: "{\"text\": \"…\", \"model\": {…}} on each line")
      }
      guard let value = try? JSONValue(parsing: Array(line)) else { throw error("the line is no JSON") }
      for rate in value["rates"]?.members ?? [] {
        guard let number = rate.value.double, (0...1).contains(number) else {
          throw error("'\(rate.name)' is not from 0 to 1")
        }
        switch (rate.name, Self.rate(rate.name)) {
        case ("notices", _): rates.notices = number
        case ("wide", _): rates.wide = number
        case (_, let path?): mistakes[keyPath: path] = number
        default: throw error("'\(rate.name)' is no rate")
        }
      }
      guard let text = value["text"]?.text, let model = value["model"] else {
        if value["rates"] != nil { continue }
        throw error("the line has no text or no model")
      }
      if let pitfall = value["pitfall"] {
        guard let name = pitfall.text, !name.isEmpty, !name.contains(where: \.isNewline) else {
          throw error("the pitfall is not a line of text")
        }
        pitfalls[text] = name
      }
      let json = String(decoding: model.serialized(), as: UTF8.self)
      do throws(ReadError) {
        items.append(.init(text, try FiveElementStatement(reading: json, notation: .json, path: path)))
      } catch let fault {
        throw error("the model: \(fault.cause)")
      }
    }
    guard !items.isEmpty else {
      throw ReadError(
        file: path, cause: "no problem is in it", expected: "{\"text\": \"…\", \"model\": {…}} on each line")
    }
    return SimulatedApprentice(items, pitfalls: pitfalls, mistakes: mistakes, rates: rates, seed: seed)
  }

  private static func rate(_ name: String) -> WritableKeyPath<SimulatedFormulator.Rates, Double>? {
    switch name {
    case "invalid": \.invalid
    case "unread": \.unread
    case "dropped": \.dropped
    case "flipped": \.flipped
    case "altered": \.altered
    case "heeds": \.heeds
    case "judges": \.judges
    default: nil
    }
  }
}
