// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct ExplainCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Shows what a method does, promises and can be told.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "The name of a method.")
  var method: String?

  @Option(help: ArgumentHelp("Show what '--learn' learned here instead.", valueName: "file"))
  var store: String?

  mutating func validate() throws {
    if (method == nil) == (store == nil) {
      throw ValidationError("explain needs the name of a method, or '--store FILE'")
    }
  }

  func execute() async throws -> ExitCode {
    if let store {
      let explanation = StoreExplanation(try SettingStore(reading: store))
      Console.out(
        output.format == .json ? explanation.json.serialized(indented: true) + [0x0A] : Array(explanation.text.utf8))
      return .success
    }
    guard let method else { return .usage }
    let entry = try MethodChoice.entry(named: method)
    switch output.format {
    case .json: Console.out(entry.json.serialized(indented: true) + [0x0A])
    case .text: Console.out(Self.page(entry))
    }
    return .success
  }

  static func page(_ entry: MethodEntry) -> String {
    let card = entry.card
    var text = "\(card.name) – \(card.summary)\n\n"
    if !entry.page.isEmpty { text += entry.page.replacing("**", with: "") + "\n\n" }
    text += "  problem    \(entry.problem)\n  needs      \(entry.needs)\n  guarantee  \(card.guarantee)\n"
    text += "  reference  \(card.reference)\n"
    if !entry.settings.isEmpty {
      var table = Table(["  --set", "default", "range", "meaning"])
      for setting in entry.settings {
        let range =
          setting.choices.map { $0.joined(separator: "|") }
          ?? setting.lower.flatMap { low in
            setting.upper.map { "\(Numbers.short(low)) … \(Numbers.short($0))" }
          } ?? ""
        table.rows.append(["  \(setting.name)", setting.defaultValue, range, setting.help])
      }
      text += "\n\(table.text)"
    }
    return text
  }
}
