// SPDX-License-Identifier: Apache-2.0

/// What the advisor is asked, and how its answers are read.
enum FunCoderPrompt {
  static let divide =
    "Write the function. Parts that deserve a name may be called as if they were there; add each of them as a stub:"
  static let conquer = "Write the function with the helpers that are there. Answer with the function alone."
  static let inputs = "Write ten calls of the function with literal arguments, one a line, that try it well."

  static func text(_ task: String, _ stub: CodingTask.Stub, helpers: [String]) -> String {
    let there = helpers.isEmpty ? "" : "Helpers that are there:\n\(helpers.joined(separator: "\n\n"))\n\n"
    let example = task == divide ? "\n// what it does\nfn part(x: Int) -> Int {}" : ""
    return "\(there)\(task)\(example)\n\n\(stub.text)"
  }

  /// The functions of an answer with the comment above each, nil where it is no program.
  static func functions(_ answer: String) -> [(function: MiniFunction, summary: String)]? {
    let text = unfenced(answer)
    guard let program = try? MiniProgram(parsing: text) else { return nil }
    var summaries: [String: String] = [:]
    var comment: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("//") {
        comment.append(line.dropFirst(2).drop { $0 == " " })
      } else {
        if line.hasPrefix("fn ") {
          let name = line.dropFirst(3).prefix { $0 != "(" }
          summaries[String(name)] = comment.joined(separator: " ")
        }
        comment = []
      }
    }
    return program.functions.map { ($0, summaries[$0.name] ?? "") }
  }

  private static func unfenced(_ answer: String) -> String {
    let parts = answer.split(separator: "```", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return answer }
    guard let end = parts[1].firstIndex(where: \.isNewline) else { return String(parts[1]) }
    return String(parts[1][end...])
  }

  /// Arguments of the calls that an answer names, those that are of the right types, each once.
  static func calls(_ answer: String, of function: MiniFunction) -> [[MiniValue]] {
    var found: [[MiniValue]] = []
    for line in unfenced(answer).split(whereSeparator: \.isNewline).prefix(100) {
      let source = "fn g() -> \(function.result) { return \(line) }"
      guard let program = try? MiniProgram(parsing: source),
        case .give(let term)? = program.functions.first?.body.first?.form,
        case .call(function.name, let arguments) = term.form, arguments.count == function.parameters.count
      else { continue }
      var values: [MiniValue] = []
      for (argument, parameter) in zip(arguments, function.parameters) {
        let value = MiniFunction("g", [], result: parameter.type, body: [MiniStatement(.give(argument))])
        if let value = (try? MiniCode(MiniProgram([value])))?.run("g", limits: MiniLimits(steps: 1000)).value {
          values.append(value)
        }
      }
      if values.count == arguments.count, !found.contains(values) { found.append(values) }
    }
    return found
  }
}
