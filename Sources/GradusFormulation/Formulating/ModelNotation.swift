// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
import GradusModeling

/// Between the JSON of an answer and the text of a model.
enum ModelNotation {
  /// The sections of a model alone, those of the reasoning apart.
  static func document(_ answer: JSONValue) -> JSONValue {
    .object((answer.members ?? []).filter { FormulationPrompt.sections.contains($0.name) })
  }

  static func json(_ document: JSONValue) -> String {
    String(decoding: document.serialized(indented: true), as: UTF8.self)
  }

  /// The model in YAML as people write it, or, where a statement cannot hold it, with its values as they came.
  static func yaml(_ document: JSONValue) -> String {
    if let statement = try? FiveElementStatement(reading: json(document), notation: .json, path: "model") {
      let text = statement.text()
      if (try? FiveElementStatement(reading: text)) == statement { return text }
    }
    var text = ""
    for section in document.members ?? [] {
      guard let entries = section.value.members, !entries.isEmpty else {
        if section.value.members == nil { text += "\(section.name): \(section.value.description)\n" }
        continue
      }
      text += "\(section.name):\n"
      for entry in entries { text += "  \(JSONValue.string(entry.name).description): \(entry.value.description)\n" }
    }
    return text
  }
}
