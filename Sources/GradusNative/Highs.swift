// SPDX-License-Identifier: Apache-2.0

/// The C interface of HiGHS as it was found in one shared library: opened, checked and read once.
///
/// Versions from 1.8 on are accepted; 1.15.1 is the one that is tested. Fields of call-backs are read by name through
/// `Highs_getCallbackDataOutItem`, so the layout of HiGHS's structures does not matter.
/// Source: `highs/interfaces/highs_c_api.h`.
public struct Highs: Sendable {
  typealias Instance = UnsafeMutableRawPointer
  typealias Doubles = UnsafePointer<Double>
  typealias Integers = UnsafePointer<Int32>
  typealias Text = UnsafePointer<CChar>
  typealias Callback =
    @convention(c) (Int32, Text?, UnsafeRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
  typealias PassModel =
    @convention(c) (
      Instance, Int32, Int32, Int32, Int32, Int32, Int32, Int32, Double, Doubles?, Doubles?, Doubles?, Doubles?,
      Doubles?, Integers?, Integers?, Doubles?, Integers?, Integers?, Doubles?, Integers?
    ) -> Int32
  typealias Act = @convention(c) (Instance) -> Int32
  typealias SetInteger = @convention(c) (Instance, Text, Int32) -> Int32
  typealias SetDouble = @convention(c) (Instance, Text, Double) -> Int32
  typealias SetText = @convention(c) (Instance, Text, Text) -> Int32
  typealias GetInteger = @convention(c) (Instance, Text, UnsafeMutablePointer<Int32>) -> Int32
  typealias GetLong = @convention(c) (Instance, Text, UnsafeMutablePointer<Int64>) -> Int32
  typealias GetDouble = @convention(c) (Instance, Text, UnsafeMutablePointer<Double>) -> Int32
  typealias GetName = @convention(c) (Instance, Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  typealias GetRay = @convention(c) (Instance, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Double>?) -> Int32
  typealias Numbers = UnsafeMutablePointer<Double>?
  typealias Places = UnsafeMutablePointer<Int32>?
  /// Six groups of value, objective, entering and leaving variable: costs up and down, bounds up and down, sides up and down.
  typealias GetRanging =
    @convention(c) (
      Instance, Numbers, Numbers, Places, Places, Numbers, Numbers, Places, Places, Numbers, Numbers, Places, Places,
      Numbers, Numbers, Places, Places, Numbers, Numbers, Places, Places, Numbers, Numbers, Places, Places
    ) -> Int32

  /// For instance `1.15.1`.
  public let version: String
  /// The file or loader name it came from.
  public let path: String

  let create: @convention(c) () -> Instance?
  let destroy: @convention(c) (Instance) -> Void
  let passModel: PassModel
  let run: Act
  let clearSolver: Act
  let setCallback: @convention(c) (Instance, Callback, UnsafeMutableRawPointer?) -> Int32
  let startCallback: @convention(c) (Instance, Int32) -> Int32
  let callbackItem: @convention(c) (UnsafeRawPointer, Text) -> UnsafeRawPointer?
  let changeCosts: @convention(c) (Instance, Int32, Int32, Doubles?) -> Int32
  let changeBounds: @convention(c) (Instance, Int32, Int32, Doubles?, Doubles?) -> Int32
  let getRanging: GetRanging
  let setSolution: @convention(c) (Instance, Doubles?, Doubles?, Doubles?, Doubles?) -> Int32
  let setBasis: @convention(c) (Instance, Integers?, Integers?) -> Int32
  let getSolution: @convention(c) (Instance, Numbers, Numbers, Numbers, Numbers) -> Int32
  let getBasis: @convention(c) (Instance, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) -> Int32
  let getDualRay: GetRay
  let getPrimalRay: GetRay
  let modelStatus: Act
  let getLong: GetLong
  let getInteger: GetInteger
  let getDouble: GetDouble
  let optionType: GetInteger
  let setBool: SetInteger
  let setInteger: SetInteger
  let setDouble: SetDouble
  let setText: SetText
  let optionCount: Act
  let optionName: GetName
  let infinity: @convention(c) (Instance) -> Double
  let runTime: @convention(c) (Instance) -> Double
  let resetScheduler: @convention(c) (Int32) -> Void
  let scheduler: HighsScheduler

  /// Opens HiGHS and checks its version, the width of its integers and that every function is there.
  public init(_ search: LibrarySearch = .standard) throws(MissingComponent) {
    try self.init(NativeComponent.highs.open(search))
  }

  init(_ library: NativeLibrary) throws(MissingComponent) {
    let component = NativeComponent.highs
    func need<F>(_ name: String, _ type: F.Type = F.self) throws(MissingComponent) -> F {
      if let function = library.function("Highs_" + name, as: type) { return function }
      throw component.missing(because: "found in \(library.path) without the function Highs_\(name)")
    }
    let name: @convention(c) () -> Text = try need("version")
    let major: @convention(c) () -> Int32 = try need("versionMajor")
    let minor: @convention(c) () -> Int32 = try need("versionMinor")
    version = String(cString: name())
    path = library.path
    guard major() == 1, minor() >= 8 else {
      throw component.missing(because: "found in \(library.path) in version \(version), where 1.8 or newer is needed")
    }
    create = try need("create")
    destroy = try need("destroy")
    passModel = try need("passModel")
    run = try need("run")
    clearSolver = try need("clearSolver")
    setCallback = try need("setCallback")
    startCallback = try need("startCallback")
    callbackItem = try need("getCallbackDataOutItem")
    changeCosts = try need("changeColsCostByRange")
    changeBounds = try need("changeColsBoundsByRange")
    getRanging = try need("getRanging")
    setSolution = try need("setSolution")
    setBasis = try need("setBasis")
    getSolution = try need("getSolution")
    getBasis = try need("getBasis")
    getDualRay = try need("getDualRay")
    getPrimalRay = try need("getPrimalRay")
    modelStatus = try need("getModelStatus")
    getLong = try need("getInt64InfoValue")
    getInteger = try need("getIntInfoValue")
    getDouble = try need("getDoubleInfoValue")
    optionType = try need("getOptionType")
    setBool = try need("setBoolOptionValue")
    setInteger = try need("setIntOptionValue")
    setDouble = try need("setDoubleOptionValue")
    setText = try need("setStringOptionValue")
    optionCount = try need("getNumOptions")
    optionName = try need("getOptionName")
    infinity = try need("getInfinity")
    runTime = try need("getRunTime")
    resetScheduler = try need("resetGlobalScheduler")
    scheduler = HighsScheduler(reset: resetScheduler)
    let integerSize: Act = try need("getSizeofHighsInt")
    guard let probe = create() else { throw component.missing(because: "found in \(library.path), but does not start") }
    let size = integerSize(probe)
    destroy(probe)
    guard size == 4 else {
      throw component.missing(because: "found in \(library.path) with \(8 * size)-bit integers, where 32 are needed")
    }
  }
}
