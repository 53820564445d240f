// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Functions of the C library under names that do not depend on the platform.
enum BarrierMath {
  static func log(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log(x)
    #else
      Darwin.log(x)
    #endif
  }

  static func log10(_ x: Double) -> Double { log(x) * 0.4342944819032518 }

  static func power(_ x: Double, _ p: Double) -> Double {
    #if canImport(Glibc)
      Glibc.pow(x, p)
    #else
      Darwin.pow(x, p)
    #endif
  }
}
