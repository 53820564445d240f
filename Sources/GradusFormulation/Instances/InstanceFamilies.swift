// SPDX-License-Identifier: Apache-2.0

/// The families there are.
///
///     for family in InstanceFamilies.all {
///       let model = family.statement(size: 20, difficulty: 0.5, &stream)
///       print(family.words(model, &stream))
///     }
public enum InstanceFamilies {
  /// Twenty families: linear, mixed-integer, quadratic and bilinear, in a fixed order.
  public static var all: [any InstanceFamily] {
    [
      KnapsackFamily(), MultidimensionalKnapsackFamily(), AssignmentFamily(), TransportationFamily(), BlendingFamily(),
      FacilityLocationFamily(), LotSizingFamily(), SetCoverFamily(), BinPackingFamily(), MinimumCostFlowFamily(),
      JobShopFamily(), PortfolioFamily(), DietFamily(), CuttingStockFamily(), UnitCommitmentFamily(),
      ShiftSchedulingFamily(), NetworkDesignFamily(), VehicleRoutingFamily(), PoolingFamily(),
      ConstrainedRegressionFamily(),
    ]
  }

  /// The family of that name, which is also the name of its statements; nil where there is none.
  public static func family(named name: String) -> (any InstanceFamily)? { all.first { $0.name == name } }
}
