// SPDX-License-Identifier: Apache-2.0
import GradusDashboard

/// One option of an AMPL call: MP's names first, Ipopt's beside them.
struct AMPLOption: Sendable {
  enum Value: Sendable {
    case flag(any WritableKeyPath<AMPLSettings, Bool> & Sendable)
    case integer(any WritableKeyPath<AMPLSettings, Int?> & Sendable, ClosedRange<Int>)
    case number(any WritableKeyPath<AMPLSettings, Double?> & Sendable, ClosedRange<Double>)
    case text(any WritableKeyPath<AMPLSettings, String?> & Sendable)
  }

  var names: [String]
  var value: Value
  var help: String

  static let all: [AMPLOption] = [
    AMPLOption(
      names: ["outlev", "tech:outlev", "print_level"], value: .integer(\.verbosity, 0...12),
      help: "0: silent; 1: the result on standard output; 2 and more: progress on standard error"),
    AMPLOption(
      names: ["timelim", "lim:time", "timelimit", "max_cpu_time", "max_wall_time"],
      value: .number(\.timeLimit, 0...1e9), help: "seconds, reading included"),
    AMPLOption(
      names: ["threads", "tech:threads"], value: .integer(\.threads, 0...1024), help: "threads of outside solvers"),
    AMPLOption(
      names: ["mip:gap", "mipgap", "mip:relgap"], value: .number(\.gap, 0...1e6),
      help: "relative gap at which an integer problem counts as solved"),
    AMPLOption(
      names: ["mip:gapabs", "mipgapabs"], value: .number(\.gapAbsolute, 0...1e20),
      help: "absolute gap at which an integer problem counts as solved"),
    AMPLOption(
      names: ["alg:feastol", "feastol"], value: .number(\.feasibility, 1e-10...1),
      help: "violation of rows and bounds that an answer may have"),
    AMPLOption(names: ["tol"], value: .number(\.tolerance, 1e-12...1e-2), help: "error at which a method stops"),
    AMPLOption(
      names: ["max_iter", "lim:iter", "iterlim"], value: .integer(\.iterations, 0...Int(Int32.max)),
      help: "iterations at most"),
    AMPLOption(
      names: ["lim:nodes", "nodelim", "nodelimit"], value: .integer(\.nodes, 0...Int(Int32.max)),
      help: "nodes of the search tree at most"),
    AMPLOption(
      names: ["iisfind", "alg:iisfind", "iis"], value: .flag(\.wantsConflict),
      help: "1: a smallest conflict of an infeasible problem, in the suffix iis"),
    AMPLOption(
      names: ["objno", "obj:no"], value: .integer(\.objective, 0...Int(Int32.max)),
      help: "the objective, from 1; 0: none"),
    AMPLOption(
      names: ["wantsol", "tech:wantsol"], value: .integer(\.wantedOutput, 0...15),
      help: "sum of 2: values and 4: duals on standard output, 8: no message; the .sol file is always written"),
    AMPLOption(
      names: ["writeprob", "tech:writeprob", "tech:writemodel", "writemodel"], value: .text(\.exported),
      help: "writes the problem to this file before it is solved; its extension is the format"),
    AMPLOption(
      names: ["method", "alg:method"], value: .text(\.method), help: "the method; 'gradus methods' lists them"),
    AMPLOption(
      names: ["seed", "tech:seed"], value: .integer(\.seed, 0...Int(Int32.max)), help: "seed of random numbers"),
  ]

  /// Takes a value; nil when it is understood, otherwise what is wrong with it.
  func set(_ text: String?, in settings: inout AMPLSettings) -> String? {
    switch value {
    case .flag(let path):
      guard let text else {
        settings[keyPath: path] = true
        return nil
      }
      guard let number = Int(text) else { return "'\(text)' is not 0 or 1" }
      settings[keyPath: path] = number != 0
    case .integer(let path, let range):
      guard let text else { return "needs a value: \(names[0])=N" }
      guard let number = Int(text), range.contains(number) else {
        return "'\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
      settings[keyPath: path] = number
    case .number(let path, let range):
      guard let text else { return "needs a value: \(names[0])=NUMBER" }
      guard let number = Double(text), number >= range.lowerBound, number <= range.upperBound || number == .infinity
      else {
        return "'\(text)' is not a number from \(Numbers.short(range.lowerBound)) to \(Numbers.short(range.upperBound))"
      }
      settings[keyPath: path] = min(number, range.upperBound)
    case .text(let path):
      guard let text, !text.isEmpty else { return "needs a value: \(names[0])=TEXT" }
      settings[keyPath: path] = text
    }
    return nil
  }

  /// The list that `-=` prints.
  static var listing: String {
    var text = "Options of gradus as an AMPL solver, in $gradus_options or as arguments; later ones win:\n\n"
    for option in all {
      text +=
        "\(option.names[0])\(option.names.count > 1 ? " (\(option.names.dropFirst().joined(separator: ", ")))" : "")\n"
      text += "      \(option.help)\n"
    }
    return text
  }
}
