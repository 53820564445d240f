// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A run of an update rule, with what the service must know of the rule.
struct SteppedRun {
  var run: any ErasedRun
  /// True when a gradient without its loss is not enough.
  var needsLoss: Bool

  /// A run by the catalogued rule of this name, new or resumed; nil when the name is that of another method.
  static func open(_ name: String, _ description: AskTellDescription, resuming: Checkpoint? = nil) throws -> Self? {
    guard let entry = RuleCatalog.entries.first(where: { $0.card.name == name }) else { return nil }
    try check(description, name)
    return try open(entry.type, description, resuming)
  }

  private static func check(_ description: AskTellDescription, _ name: String) throws {
    func refuse(_ needs: String, _ found: String, _ remedy: String) -> Unsuitable {
      Unsuitable(method: name, needs: needs, found: found, remedy: remedy)
    }
    if description.space.isNamed {
      throw refuse(
        "parameters without bounds", "a \"space\"", "Give \"x0\", and \"layout\" where they are several tensors.")
    }
    guard description.isFree else {
      throw refuse(
        "parameters without bounds", "finite \"lower\" or \"upper\"",
        "Leave the bounds out, or vary parameters that may be any number.")
    }
    guard description.constraints == 0 else {
      throw refuse(
        "a problem without constraints", "\(description.constraints)", "Add a penalty to the loss and its gradient.")
    }
    guard description.objectives == 1 else {
      throw refuse("one objective", "\(description.objectives) objectives", "Combine them into one.")
    }
  }

  private static func open<Rule: CataloguedRule>(
    _ type: Rule.Type, _ description: AskTellDescription, _ checkpoint: Checkpoint?
  ) throws -> Self {
    let problem = Unconstrained(start: description.start ?? .zeros(description.space.dimension))
    if let checkpoint {
      let run = try Run<SteppedRule<Rule>>(resuming: checkpoint, of: problem, asking: nil)
      return Self(run: run, needsLoss: run.method.rule.needsLoss)
    }
    var method = try SteppedRule<Rule>(settings: try settings(description.settings, of: type))
    method.layout = description.layout
    if method.rule.wantedCurvature(at: 1) != nil {
      throw Unsuitable(
        method: Rule.card.name, needs: "diagonals of curvature with these settings", found: "gradients only",
        remedy: "Leave the setting \"curvature\" out.")
    }
    let run = try Run(problem, by: method, seed: description.seed)
    return Self(run: run, needsLoss: method.rule.needsLoss)
  }

  /// The settings by the names of the rule: the learning rate may be called `lr`. Throws what the settings throw, in the
  /// caller's words.
  static func settings<Rule: CataloguedRule>(
    _ given: [(name: String, value: String)], of type: Rule.Type
  ) throws -> [(name: String, value: String)] {
    guard let place = given.firstIndex(where: { $0.name == "lr" }) else { return given }
    guard !given.contains(where: { $0.name == "rate" }) else {
      throw AskTellError(.setting, "\"lr\" and \"rate\" are the same setting; give one of them")
    }
    var settings = given
    settings[place].name = "rate"
    var trial = Rule()
    do throws(SettingError) { try trial.set("rate", given[place].value) } catch {
      switch error {
      case .unknown: throw error
      case .unreadable(_, let text, let expected): throw SettingError.unreadable("lr", text: text, expected: expected)
      case .outOfRange(_, let text, let range): throw SettingError.outOfRange("lr", text: text, range: range)
      }
    }
    return settings
  }
}
