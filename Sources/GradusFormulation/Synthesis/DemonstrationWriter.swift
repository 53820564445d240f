// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// Adds steps to a demonstration: the sentence, the line and the data of each.
struct DemonstrationWriter {
  let category: SocraticDemonstration.Category
  let items: [String]
  let verb: String
  /// Satisfies every row.
  let point: [Double]
  var model: FiveElementStatement
  var steps: [SocraticDemonstration.Step] = []

  init(
    category: SocraticDemonstration.Category, items: [String], verb: String, sense: Sense, point: [Double]
  ) {
    self.category = category
    self.items = items
    self.verb = verb
    self.point = point
    model = FiveElementStatement(name: "demonstration", sense: sense)
    model.sets = [.init("ITEM", items)]
  }

  mutating func variables(_ place: String, isInteger: Bool) {
    let list = items.dropLast().joined(separator: ", ") + " and " + (items.last ?? "")
    model.variables = [.init("make", over: ["ITEM"], kind: isInteger ? .integer : .continuous, lower: "0")]
    let whole = isInteger ? "Only whole amounts are possible." : "Any amounts are possible, whole or not."
    steps.append(
      .init(
        "\(place) decides how much \(list) to \(verb) in a week. \(whole)",
        "make[i in ITEM]: \(isInteger ? "integer" : "continuous"), make[i] >= 0"))
  }

  mutating func objective(_ stream: inout RandomStream) {
    let isMaximum = model.sense == .maximize
    let name = isMaximum ? "price" : "cost"
    // Prices are high and slopes small, so that amounts near the hidden point matter.
    let first = items.map { _ in Double(200 + stream.integer(below: 600)) / 10 }
    model.parameters.append(.init(name, over: ["ITEM"], first, unit: "$"))
    var sentence = isMaximum ? "It wants the largest income." : "It wants the least expenses."
    sentence += told(name, first, isMaximum ? "earns $%" : "costs $%")
    if category.isLinear {
      model.objective = "sum(i in ITEM) \(name)[i] * make[i]"
      finish(sentence, "\(model.sense.rawValue) \(model.objective)", [name])
      return
    }
    let slope = isMaximum ? "price_drop" : "cost_rise"
    let second = items.map { _ in Double(5 + stream.integer(below: 25)) / 10 }
    model.parameters.append(.init(slope, over: ["ITEM"], second, unit: "$"))
    sentence +=
      isMaximum
      ? " The more of an item is sold, the lower its price: it drops with each unit for all units."
      : " The more of an item is made, the dearer each unit: its cost rises with each unit for all units."
    sentence += told(slope, second, isMaximum ? "drops by $% for each unit" : "rises by $% for each unit")
    let sign = isMaximum ? "-" : "+"
    model.objective = "sum(i in ITEM) (\(name)[i] * make[i] \(sign) \(slope)[i] * make[i]^2)"
    finish(sentence, "\(model.sense.rawValue) \(model.objective)", [name, slope])
  }

  /// Σ use·make ≤ limit
  mutating func capacity(_ resource: (name: String, unit: String), _ stream: inout RandomStream) {
    let use = items.map { _ in Double(10 + stream.integer(below: 90)) / 10 }
    let limit = (zip(use, point).reduce(0) { $0 + $1.0 * $1.1 } + stream.uniform(0, 3)).rounded(.up)
    let spoken = SocraticDemonstration.spoken(resource.name)
    model.parameters.append(.init("use_\(resource.name)", over: ["ITEM"], use, unit: resource.unit))
    model.parameters.append(.init("limit_\(resource.name)", [limit], unit: resource.unit))
    let text = told("use \(spoken)", use, "takes % \(resource.unit) of \(spoken)")
    row(
      resource.name, "sum(i in ITEM) use_\(resource.name)[i] * make[i] <= limit_\(resource.name)",
      "No more than \(SocraticDemonstration.number(limit)) \(resource.unit) of \(spoken) are there.\(text)",
      ["use_\(resource.name)", "limit_\(resource.name)"])
  }

  /// Σ gain·make ≥ need
  mutating func cover(_ quality: (name: String, unit: String), _ stream: inout RandomStream) {
    let gain = items.map { _ in Double(10 + stream.integer(below: 90)) / 10 }
    let need = max(1, (zip(gain, point).reduce(0) { $0 + $1.0 * $1.1 } - stream.uniform(0, 3)).rounded(.down))
    let spoken = SocraticDemonstration.spoken(quality.name)
    model.parameters.append(.init("gain_\(quality.name)", over: ["ITEM"], gain, unit: quality.unit))
    model.parameters.append(.init("need_\(quality.name)", [need], unit: quality.unit))
    let text = told("gain \(spoken)", gain, "gives % \(quality.unit) of \(spoken)")
    row(
      quality.name, "sum(i in ITEM) gain_\(quality.name)[i] * make[i] >= need_\(quality.name)",
      "At least \(SocraticDemonstration.number(need)) \(quality.unit) of \(spoken) are needed.\(text)",
      ["gain_\(quality.name)", "need_\(quality.name)"])
  }

  /// make ≥ or ≤ a number for one item.
  mutating func bound(_ item: Int, isLower: Bool, _ stream: inout RandomStream) {
    let number =
      isLower ? Double(1 + stream.integer(below: Int(point[item]))) : point[item] + Double(stream.integer(below: 4))
    let name = "\(isLower ? "least" : "most")_\(items[item])"
    model.parameters.append(.init(name, [number]))
    row(
      "bound_\(items[item])", "make[\(items[item])] \(isLower ? ">=" : "<=") \(name)",
      "Of \(items[item]) it must \(verb) \(isLower ? "at least" : "at most") \(SocraticDemonstration.number(number)).",
      [name])
  }

  private mutating func row(_ name: String, _ text: String, _ sentence: String, _ parameters: [String]) {
    model.constraints.append(.init(name, text))
    finish(sentence, "\(name): \(text)", parameters)
  }

  private mutating func finish(_ sentence: String, _ line: String, _ parameters: [String]) {
    steps.append(.init(sentence, line, parameters: parameters))
  }

  /// The numbers of each item in a sentence; empty where they stand in a table.
  private func told(_ name: String, _ values: [Double], _ form: String) -> String {
    guard !category.hasTable else { return " The table says the \(SocraticDemonstration.spoken(name)) of each item." }
    let parts = zip(items, values).map {
      "one unit of \($0) \(form.replacing("%", with: SocraticDemonstration.number($1)))"
    }
    let text = parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "")
    return " \(text.prefix(1).uppercased())\(text.dropFirst())."
  }
}
