// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// A simulated generator of rows with biases, and an advisor that writes its instructions.
///
/// A row has a kind and three attributes that tell something of the kind. What the generator writes is
///
///     P(kind) ∝ wanted·exp(bias + τ·words),   P(value | kind) ∝ wanted(value | kind)·exp(bias + c·u + τ·words)
///
/// u is the number behind "value=" in the prompt, words counts "more rows with value" less "fewer rows with value". Told which shares are
/// not as wanted, the advisor takes up each of the worst four with probability `follows`.
struct RowWriter: ModelService, LanguageModel {
  struct Attribute: Sendable {
    var name: String
    var values: [String]
    /// Wanted shares for each kind.
    var wanted: [[Double]]
    var bias: [Double]
  }

  static let kinds = ["sick", "well"]
  static let names = [
    ("age", ["young", "middle", "old"]), ("place", ["town", "village", "farm"]), ("diet", ["rich", "plain", "poor"]),
  ]

  let attributes: [Attribute]
  let kindBias: [Double]
  /// c, τ and the advisor's rate.
  var compliance = 0.6
  var step = 0.4
  var follows = 0.8
  var name: String { "rows" }
  var abilities: ModelAbilities { [.seeds] }

  init(_ random: RandomStream) {
    var stream = random
    kindBias = [stream.uniform(1, 1.5) * (stream.uniform() < 0.5 ? 1 : -1), 0]
    attributes = Self.names.map { name, values in
      let signs = stream.permutation(3).map { Double($0) - 1 }
      let wanted = [1.0, -1.0].map { side -> [Double] in
        let weights = signs.map { VectorMath.exp(0.5 * side * $0) }
        return weights.map { $0 / weights.reduce(0, +) }
      }
      let tilt = stream.permutation(3).map { Double($0) - 1 }
      let size = stream.uniform(0.7, 1.2)
      return Attribute(name: name, values: values, wanted: wanted, bias: tilt.map { $0 * size })
    }
  }

  /// What a prompt asks for: for each kind, and for each value of each attribute.
  struct Told: Sendable {
    var kinds: [Double]
    var values: [[Double]]
  }

  /// Each piece that ends with a semicolon is "… more rows with value", "… fewer rows with value" or "value=number".
  func told(_ prompt: String) -> Told {
    var words: [Substring: Double] = [:], numbers: [Substring: Double] = [:]
    for piece in prompt.split(separator: ";") {
      let said = piece.split(separator: " ")
      guard let last = said.last else { continue }
      if let equals = last.firstIndex(of: "=") {
        numbers[last[..<equals]] = Double(last[last.index(after: equals)...])
      } else if said.count > 3, said[said.count - 2] == "with" {
        words[last, default: 0] += said[said.count - 4] == "more" ? step : -step
      }
    }
    return Told(
      kinds: Self.kinds.map { words[$0[...]] ?? 0 },
      values: attributes.map { attribute in
        attribute.values.map { compliance * (numbers[$0[...]] ?? 0) + (words[$0[...]] ?? 0) }
      })
  }

  /// P(kind) and P(value | kind) of each attribute.
  func distribution(_ told: Told) -> (kinds: [Double], values: [[[Double]]]) {
    func shares(_ wanted: [Double], _ tilt: [Double]) -> [Double] {
      let weights = zip(wanted, tilt).map { $0 * VectorMath.exp($1) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    let kinds = shares([0.5, 0.5], zip(kindBias, told.kinds).map { $0 + $1 })
    let values = attributes.enumerated().map { a, attribute in
      attribute.wanted.map { shares($0, zip(attribute.bias, told.values[a]).map { $0 + $1 }) }
    }
    return (kinds, values)
  }

  /// The distribution that is wanted.
  var wanted: (kinds: [Double], values: [[[Double]]]) { ([0.5, 0.5], attributes.map(\.wanted)) }

  /// The mean total variation between the marginals of what is written and of what is wanted: kind and three attributes.
  func variation(_ prompt: String) -> Double {
    let own = distribution(told(prompt)), goal = wanted
    func marginal(_ d: (kinds: [Double], values: [[[Double]]]), _ a: Int, _ v: Int) -> Double {
      d.kinds[0] * d.values[a][0][v] + d.kinds[1] * d.values[a][1][v]
    }
    var total = 0.5 * zip(own.kinds, goal.kinds).reduce(0) { $0 + abs($1.0 - $1.1) }
    for a in attributes.indices {
      total += 0.5 * (0..<3).reduce(0) { $0 + abs(marginal(own, a, $1) - marginal(goal, a, $1)) }
    }
    return total / 4
  }

  /// One row as a kind and three values.
  static func draw(_ d: (kinds: [Double], values: [[[Double]]]), _ stream: inout RandomStream) -> [Int] {
    let kind = stream.categorical(d.kinds)
    return [kind] + d.values.map { stream.categorical($0[kind]) }
  }

  func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    var stream = RandomStream(seed: UInt64(request.seed ?? 0)).child("row")
    let row = Self.draw(distribution(told(request.prompt)), &stream)
    let values = attributes.enumerated().map { "\"\($1.name)\": \"\($1.values[row[$0 + 1]])\"" }
    return ModelReply([.init("{\"kind\": \"\(Self.kinds[row[0]])\", \(values.joined(separator: ", "))}")])
  }

  func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var stream = stream
    var text = (JSONFinder.tagged("value", in: prompt) ?? "").trimmed
    let lines = prompt.split(separator: "\n").filter { $0.hasPrefix("- ") && $0.contains(" too ") }
    for line in lines.prefix(4) where stream.uniform() < follows {
      guard let value = line.split(separator: ":").first?.split(separator: " ").last else { continue }
      let (less, more) = (" fewer rows with \(value);", " more rows with \(value);")
      let (add, opposite) = line.hasSuffix("often") ? (less, more) : (more, less)
      // What was said the other way is taken back first.
      if let said = text.ranges(of: opposite).last { text.removeSubrange(said) } else { text += add }
    }
    return Completion(text: "<improved>\(text)</improved>")
  }
}
