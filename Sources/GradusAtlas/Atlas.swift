// SPDX-License-Identifier: Apache-2.0

/// Every system of the atlas, and the demonstrations of those that are here.
public enum Atlas {
  /// All systems, sheet by sheet.
  public static var systems: [AtlasSystem] {
    AtlasSystem.numerics + AtlasSystem.training + AtlasSystem.searchAndDecisions + AtlasSystem.languageAndAlignment
  }

  /// The demonstration of a system; nil when the system is absent.
  public static func entry(of system: AtlasSystem) -> (any AtlasEntry.Type)? {
    entries.first { $0.system == system.name }
  }

  /// The system with this name or identifier, without regard to case; nil when there is none.
  public static func system(named text: String) -> AtlasSystem? {
    let wanted = AtlasSystem.identifier(text)
    return systems.first { $0.name == text } ?? systems.first { $0.identifier == wanted && !wanted.isEmpty }
  }
}
