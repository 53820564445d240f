// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusAtlas
import GradusDashboard

/// `gradus atlas`: every system of the atlas with its measured claim.
struct AtlasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas", abstract: "Lists the systems of the atlas, and measures what they claim.",
    subcommands: [AtlasListCommand.self, AtlasShowCommand.self, AtlasRunCommand.self, AtlasCheckCommand.self],
    defaultSubcommand: AtlasListCommand.self)

  /// The system with this name, or a usage failure that names the nearest one.
  static func system(named name: String) throws(Failure) -> AtlasSystem {
    if let system = Atlas.system(named: name) { return system }
    let near = nearest(to: name.lowercased(), among: Atlas.systems.map(\.identifier))
    throw Failure(
      .usage,
      "the atlas has no system '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? "; 'gradus atlas' lists them"))
  }
}

struct AtlasListCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Every system, and whether it is here.")

  @OptionGroup var output: OutputOptions

  @Option(help: "Only systems with this status: holds, partly, doesNotHold, absent.")
  var status: String?

  mutating func validate() throws {
    guard let status, AtlasStatus(rawValue: status) == nil else { return }
    throw ValidationError("--status is holds, partly, doesNotHold or absent")
  }

  func execute() async throws -> ExitCode {
    let all = Atlas.systems
    let systems = all.filter { status == nil || AtlasReport.status(of: $0).rawValue == status }
    switch output.format {
    case .json:
      let counts = [AtlasStatus.holds, .partly, .doesNotHold, .absent].map { status in
        JSONValue.Member(status.rawValue, .integer(all.count { AtlasReport.status(of: $0) == status }))
      }
      let document: JSONValue = [
        "schema": "gradus.atlas/1", "counts": .object(counts), "systems": .array(systems.map(AtlasReport.json)),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      var table = Table(["system", "module", "status", "what it is"])
      for system in systems {
        table.rows.append([
          system.name, system.module, AtlasReport.status(of: system).rawValue, system.summary,
        ])
      }
      Console.out(table.text)
      if !output.quiet {
        let here = all.count { Atlas.entry(of: $0) != nil }
        Console.out("\(all.count) systems, \(here) here; 'gradus atlas run NAME' measures one anew\n")
      }
    }
    return .success
  }
}

struct AtlasShowCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "What a system is, what it claims, and at which scale.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "The name of a system.")
  var name: String

  func execute() async throws -> ExitCode {
    let system = try AtlasCommand.system(named: name)
    switch output.format {
    case .json: Console.out(AtlasReport.json(system).serialized(indented: true) + [0x0A])
    case .text: Console.out(AtlasReport.text(system))
    }
    return .success
  }
}
