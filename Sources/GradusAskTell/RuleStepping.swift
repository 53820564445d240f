// SPDX-License-Identifier: Apache-2.0
import Gradus

/// An update rule at work on tensors of somebody else.
package protocol RuleStepping: Sendable {
  /// What a caller must know of the rule.
  var facts: RuleFacts { get }
  /// One step: θ ← θ + rule(g, θ, memory), in the tensors themselves. Throws before anything has changed.
  mutating func step(_ tensors: RuleTensors) throws(AskTellError)
  /// Writes the point that the rule recommends to `targets`, from parameters at `sources`: addresses of tensors. False, and
  /// nothing is written, where that is the parameters themselves.
  func average(_ sources: [UInt], into targets: [UInt]) throws(AskTellError) -> Bool
  /// Settings, layout, memory and step count; `RuleStepper.restore` continues them bit for bit.
  func saved() throws -> [UInt8]
}

/// What a caller must know of a rule.
package struct RuleFacts: Sendable {
  /// The name on the card of the rule.
  package var name: String
  /// The learning rate in use; NaN where the rule has none.
  package var rate: Double
  /// Numbers of each tensor.
  package var counts: [Int]
  /// True when a gradient without its loss is not enough.
  package var needsLoss: Bool
  /// True when tensors may lie anywhere; otherwise they are copied together and back unless they lie one behind the other.
  package var treatsTensorsAlone: Bool
  /// Bytes that the rule remembers for each number.
  package var bytesPerNumber: Double
}

/// Where the tensors of a step lie, in single precision, and what is known of the step.
package struct RuleTensors: Sendable {
  /// Addresses of parameters and of gradients, one a tensor. A gradient of 0 is none: the tensor stays as it is.
  package var parameters: [UInt]
  package var gradients: [UInt]
  /// What is multiplied onto the learning rate.
  package var rateFactor = 1.0
  package var loss: Double?
  /// Whether gradients with numbers that are none are refused; it costs a pass over them.
  package var areChecked = false

  package init(parameters: [UInt], gradients: [UInt]) {
    self.parameters = parameters
    self.gradients = gradients
  }
}

/// Opens rules for stepping, new ones and saved ones.
package enum RuleStepper {
  private static let mostNumbers = 1 << 40

  /// A rule from `{"method": "adamw", "settings": {"lr": 0.01}, "layout": [{"name": "w", "shape": [3, 4]}], "threads": 1}`.
  package static func open(_ json: JSONValue) throws -> any RuleStepping {
    guard let name = json["method"]?.text else { throw AskTellError(.badRequest, "an update rule needs \"method\"") }
    guard let tensors = json["layout"], !tensors.isNull else {
      throw AskTellError(.badRequest, "an update rule needs \"layout\", the shapes of its tensors")
    }
    let layout = try AskTellDescription.layout(tensors, most: mostNumbers)
    var settings: [(name: String, value: String)] = []
    for setting in json["settings"]?.members ?? [] {
      settings.append((setting.name, setting.value.text ?? setting.value.description))
    }
    return try open(try RuleCatalog.entry(named: name).type, layout, settings, try crew(json))
  }

  private static func crew(_ json: JSONValue) throws(AskTellError) -> WorkCrew? {
    guard let threads = json["threads"], !threads.isNull else { return nil }
    guard let width = threads.whole, (1...1024).contains(width) else {
      throw AskTellError(.badRequest, "\"threads\" must be a whole number from 1 to 1024")
    }
    return width > 1 ? WorkCrew(width: width) : nil
  }

  private static func open<Rule: CataloguedRule>(
    _ type: Rule.Type, _ layout: Layout, _ settings: [(name: String, value: String)], _ crew: WorkCrew?
  ) throws -> any RuleStepping {
    let rule = try Rule(settings: try SteppedRun.settings(settings, of: type))
    guard rule.wantedCurvature(at: 1) == nil, !rule.wantsSignals(at: 1) else {
      throw Unsuitable(
        method: Rule.card.name, needs: "more than gradients with these settings", found: "gradients only",
        remedy: "Leave the setting \"curvature\" out.")
    }
    return TensorStepper(rule, layout, crew: crew)
  }

  /// A rule that `saved()` wrote. Throws where the bytes are damaged or another build wrote them.
  package static func restore(_ bytes: [UInt8]) throws -> any RuleStepping {
    let checkpoint = try Checkpoint(bytes: bytes, name: "the memory of the rule")
    guard let entry = RuleCatalog.entries.first(where: { $0.card.name == checkpoint.header.method }) else {
      throw AskTellError(.state, "the memory belongs to a rule '\(checkpoint.header.method)', which this build lacks")
    }
    return try restore(entry.type, checkpoint)
  }

  private static func restore<Rule: CataloguedRule>(
    _ type: Rule.Type, _ checkpoint: Checkpoint
  ) throws -> any RuleStepping {
    do { return try TensorStepper<Rule>(checkpoint) } catch {
      throw AskTellError(.state, "the memory of the rule cannot be read by this build")
    }
  }
}
