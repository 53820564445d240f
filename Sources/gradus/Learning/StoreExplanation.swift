// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What a store of settings knows, for `explain --store`.
struct StoreExplanation {
  /// One family of experiences.
  struct Family {
    var name: String
    var rounds: Int
    var attempts: Int
    var cut: Int
    var spent: Double
    var owed: Double
    var best: [(name: String, value: String)]
    var predicted: Double
    var standard: Double
    var effects: [SettingLearner.Effect]
  }

  let path: String
  let families: [Family]

  init(_ store: SettingStore) {
    path = store.path
    families = store.families.map { name in
      // The switches are those that were ever turned: the store may be older than the catalog.
      var values: [(name: String, values: [String])] = []
      for pair in store.records.lazy.filter({ $0.family == name }).flatMap(\.settings) {
        if let i = values.firstIndex(where: { $0.name == pair.name }) {
          if !values[i].values.contains(pair.value) { values[i].values.append(pair.value) }
        } else {
          values.append((pair.name, ["(default)", pair.value]))
        }
      }
      let space = SettingSpace(values.map { SettingSpace.Switch($0.name, $0.values) })
      let experiences = store.experiences(of: name, in: space)
      let learner = SettingLearner(space, experiences)
      let context = experiences.last?.context ?? []
      let best = learner.best(in: context)
      let ledger = learner.ledger
      return Family(
        name: name, rounds: learner.round, attempts: experiences.count,
        cut: experiences.count { !$0.isFinished }, spent: ledger.spent, owed: ledger.owed,
        best: space.names(of: best.configuration), predicted: best.predicted, standard: best.standard,
        effects: learner.effects(in: context).sorted { $0.factor < $1.factor })
    }
  }

  var text: String {
    guard !families.isEmpty else { return "\(path): nothing was learned yet\n" }
    return families.map { family in
      let names = family.best.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
      var text = "\(family.name)\n"
      text += "  rounds     \(family.rounds), \(family.attempts) attempts, \(family.cut) cut off\n"
      text +=
        "  spent      \(Numbers.short(family.spent)); the default would have cost about \(Numbers.short(family.owed))\n"
      text += "  best       \(names.isEmpty ? "the default" : names)\n"
      text +=
        "  expected   \(Numbers.short(family.predicted)) a problem; the default \(Numbers.short(family.standard))\n"
      guard !family.effects.isEmpty else { return text }
      var table = Table(["  switch", "value", "cost ×", "±"])
      for effect in family.effects {
        table.rows.append([
          "  \(effect.name)", effect.value, Numbers.short(effect.factor),
          Numbers.short(effect.factor * effect.uncertainty),
        ])
      }
      return text + "\n" + table.text
    }.joined(separator: "\n")
  }

  var json: JSONValue {
    [
      "schema": "gradus.learned/1", "store": .string(path),
      "families": .array(
        families.map { family in
          [
            "name": .string(family.name), "rounds": .integer(family.rounds), "attempts": .integer(family.attempts),
            "cutOff": .integer(family.cut), "spent": .number(family.spent), "owed": .number(family.owed),
            "best": .object(family.best.map { .init($0.name, .string($0.value)) }),
            "predicted": .number(family.predicted), "predictedDefault": .number(family.standard),
            "effects": .array(
              family.effects.map {
                [
                  "switch": .string($0.name), "value": .string($0.value), "factor": .number($0.factor),
                  "logUncertainty": .number($0.uncertainty),
                ]
              }),
          ]
        }),
    ]
  }
}
