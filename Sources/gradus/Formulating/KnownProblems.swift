// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import GradusModeling

/// Problems that a simulated model knows: JSON lines, `{"text": "…", "model": {…}, "rates": {…}}`; rates may stand in any line.
enum KnownProblems {
  static func model(_ path: String, seed: UInt64) throws -> SimulatedFormulator {
    var items: [SimulatedFormulator.Item] = []
    var rates = SimulatedFormulator.Rates()
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
        guard let number = rate.value.double, (0...1).contains(number), let path = Self.rate(rate.name) else {
          throw error("'\(rate.name)' is no rate, or not from 0 to 1")
        }
        rates[keyPath: path] = number
      }
      guard let text = value["text"]?.text, let model = value["model"] else {
        if value["rates"] != nil { continue }
        throw error("the line has no text or no model")
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
    return SimulatedFormulator(items, rates: rates, seed: seed)
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
