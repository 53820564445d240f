#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How sharp a lens is: sixty rays through two spherical surfaces, traced exactly; prints the spot and the weight.

    lens.py --front RADIUS --back RADIUS --glass crown|flint      (radii in millimeters)
"""
import argparse
import json
import math

GLASSES = {"crown": (1.517, 2.51), "flint": (1.620, 3.60)}  # refractive index, grams a cubic centimeter
APERTURE, THICKNESS, DISTANCE = 20.0, 6.0, 100.0  # millimeters


def refract(slope, normal, ratio):
    """Snell's law in the plane: the angle of the ray behind a surface, nan where it is reflected."""
    sine = ratio * math.sin(slope - normal)
    return normal + math.asin(sine) if abs(sine) <= 1 else math.nan


def surface(y, angle, center, radius):
    """Where a ray from the plane of `center - radius` meets the sphere: height and position."""
    along = math.cos(angle), math.sin(angle)
    from_center = (-radius, y)
    b = along[0] * from_center[0] + along[1] * from_center[1]
    root = b * b - (from_center[0] ** 2 + from_center[1] ** 2 - radius ** 2)
    if root < 0:
        return math.nan, math.nan
    step = -b - math.copysign(math.sqrt(root), radius)
    return y + step * along[1], center - radius + step * along[0]


def spot(front, back, index):
    """Root mean square of the heights at which the rays meet the screen, in micrometers."""
    total, rays = 0.0, 60
    for k in range(rays):
        height = APERTURE / 2 * (k + 0.5) / rays
        y, x = surface(height, 0.0, front, front)
        angle = refract(0.0, -math.asin(y / front), 1 / index)
        y2, x2 = surface(y + (THICKNESS - x) * math.tan(angle), angle, THICKNESS - back, -back)
        angle = refract(angle, math.asin(y2 / back), index)
        total += (y2 + (THICKNESS + DISTANCE - x2) * math.tan(angle)) ** 2
    return 1000 * math.sqrt(total / rays)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--front", type=float, required=True)
    parser.add_argument("--back", type=float, required=True)
    parser.add_argument("--glass", choices=GLASSES, required=True)
    lens = parser.parse_args()
    index, density = GLASSES[lens.glass]
    volume = math.pi * (APERTURE / 2) ** 2 * THICKNESS / 1000
    print(json.dumps({"spot": spot(lens.front, lens.back, index), "weight": density * volume}))


if __name__ == "__main__":
    main()
