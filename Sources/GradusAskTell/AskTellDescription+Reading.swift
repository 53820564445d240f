// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellDescription {
  /// `[{"fidelity": 0.1, "cost": 0.05}, …, {"fidelity": 1, "cost": 1}]`: what it costs to ask for less than the full function.
  static func fidelities(_ json: JSONValue) throws(AskTellError) -> [FidelityLevel] {
    let form = "\"fidelities\" must be an array of levels such as {\"fidelity\": 0.1, \"cost\": 0.05}"
    guard let elements = json.elements, !elements.isEmpty, elements.count <= 1000 else {
      throw AskTellError(.badRequest, form)
    }
    var levels: [FidelityLevel] = []
    for element in elements {
      guard let fidelity = element["fidelity"]?.double, fidelity > 0, fidelity <= 1 else {
        throw AskTellError(.badRequest, "\(form), with \"fidelity\" above 0 and at most 1")
      }
      let cost = element["cost"].flatMap { $0.isNull ? nil : $0 }
      guard let price = cost.map({ $0.double }) ?? fidelity, price > 0, price.isFinite else {
        throw AskTellError(.badRequest, "\(form), with a positive \"cost\"")
      }
      if let last = levels.last, fidelity <= last.fidelity {
        throw AskTellError(.badRequest, "\"fidelities\" must rise from level to level")
      }
      levels.append(FidelityLevel(fidelity, cost: price))
    }
    guard levels.last?.fidelity == 1 else {
      throw AskTellError(.badRequest, "the last level of \"fidelities\" must be the full function, with \"fidelity\" 1")
    }
    return levels
  }

  /// `[{"sum": {"width": 2, "height": 1}, "max": 10}, {"not": {"act": "relu"}}]`: what need not be asked about.
  static func known(_ json: JSONValue, over space: AskTellSpace) throws(AskTellError) -> [KnownConstraint] {
    guard case .named(let parameters) = space else {
      throw AskTellError(.badRequest, "\"known\" constrains parameters by name; give a \"space\" in place of \"dim\"")
    }
    guard let list = json.elements else { throw AskTellError(.badRequest, "\"known\" must be an array") }
    do { return try parameters.known(json: list) } catch { throw AskTellError(.badRequest, "\(error)") }
  }
}
