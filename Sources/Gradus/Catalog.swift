// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusBlackBox
import GradusComposite
import GradusDiscrete
import GradusFirstOrder
import GradusMultiObjective
import GradusSmooth

/// Every method of every family.
public enum Catalog {
  public static let all: [MethodEntry] =
    SmoothCatalog.entries + BlackBoxCatalog.entries + DiscreteCatalog.entries + CompositeCatalog.entries
    + FirstOrderCatalog.entries + MultiObjectiveCatalog.entries

  /// The method with this name on its card.
  public static func entry(named name: String) -> MethodEntry? { all.first { $0.card.name == name } }
}
