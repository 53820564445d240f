// SPDX-License-Identifier: Apache-2.0
import GradusLanguage

/// An advisor that acts on nothing but the text it is shown: it reads calls, values and feedback, and takes one step.
///
/// Where the calls are shown it works out the slopes from them, and steps to where the line along the gradient meets the target:
///
///     θ ← θ + (T − v)·g/|g|²
///
/// Without them it can only take the slopes for equal, θ ← θ + step·(T − v).
struct SecantMechanic: Sendable {
  var step: Double

  func answer(_ prompt: String) -> String {
    let page = Page(prompt)
    guard let (got, wanted) = page.feedback else { return "I cannot read the feedback." }
    let gap = wanted - got
    var slopes = page.variables.map { page.slope(of: $0.name) }
    let square = slopes.reduce(0) { $0 + $1 * $1 }
    slopes = square > 1e-12 ? slopes.map { $0 / square } : slopes.map { _ in step }
    let said = zip(page.variables, slopes).map { "\"\($0.name)\": \($0.value + gap * $1)" }
    return "{\"reasoning\": \"\", \"answer\": \"\", \"suggestion\": {\(said.joined(separator: ", "))}}"
  }

  /// What the prompt says, section by section.
  private struct Page {
    var calls: [(name: String, operation: String, inputs: [String])] = []
    var guide: [String: String] = [:]
    var variables: [(name: String, value: Double)] = []
    var inputs: [(name: String, value: Double)] = []
    var feedback: (got: Double, wanted: Double)?

    init(_ prompt: String) {
      var section = ""
      for line in prompt.split(separator: "\n") {
        if line.hasPrefix("#") {
          section = String(line.dropFirst())
          continue
        }
        switch section {
        case "Code": if let call = Self.call(line) { calls.append(call) }
        case "Documentation":
          let parts = line.dropFirst().split(separator: "]", maxSplits: 1)
          if parts.count == 2 { guide[String(parts[0])] = String(parts[1]) }
        case "Variables": if let value = Self.value(line) { variables.append(value) }
        case "Inputs": if let value = Self.value(line) { inputs.append(value) }
        case "Feedback":
          let words = line.split { $0 == " " || $0 == "," }
          if words.count == 4, let got = Double(words[1]), let wanted = Double(words[3]) { feedback = (got, wanted) }
        default: break
        }
      }
    }

    private static func call(_ line: Substring) -> (String, String, [String])? {
      let sides = line.split(separator: " = ", maxSplits: 1)
      guard sides.count == 2, let open = sides[1].firstIndex(of: "("), sides[1].last == ")" else { return nil }
      let inside = sides[1][sides[1].index(after: open)...].dropLast()
      return (String(sides[0]), String(sides[1][..<open]), inside.split(separator: ", ").map(String.init))
    }

    private static func value(_ line: Substring) -> (String, Double)? {
      let sides = line.split(separator: " = ", maxSplits: 1)
      guard sides.count == 2, let name = sides[0].split(separator: " ").last, let value = Double(sides[1]) else {
        return nil
      }
      return (String(name), value)
    }

    /// ∂output/∂variable by the rules of sums and products, forward through the calls; 0 where no call is shown.
    func slope(of variable: String) -> Double {
      var known: [String: (value: Double, slope: Double)] = [:]
      for (name, value) in variables { known[name] = (value, name == variable ? 1 : 0) }
      for (name, value) in inputs { known[name] = (value, 0) }
      var last = 0.0
      for call in calls {
        guard call.inputs.count == 2, let a = known[call.inputs[0]], let b = known[call.inputs[1]],
          let told = guide[call.operation]
        else { return 0 }
        let result =
          told.contains("sum")
          ? (a.value + b.value, a.slope + b.slope)
          : told.contains("product")
            ? (a.value * b.value, a.slope * b.value + a.value * b.slope) : (a.value - b.value, a.slope - b.slope)
        known[call.name] = result
        last = result.1
      }
      return last
    }
  }
}
