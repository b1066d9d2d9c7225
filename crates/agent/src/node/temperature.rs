//! The hottest sensor of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::text::decimal;

/// Some sensors answer over a slow bus, and heat does not jump.
const INTERVAL: Duration = Duration::from_secs(5);

/// A machine with more is not worth reading all of.
const MAX_SENSORS: usize = 32;

/// What is outside is a sensor that is not there or not ready, in degrees Celsius.
const PLAUSIBLE: std::ops::Range<f64> = -40.0..150.0;

/// The sensors, kept open.
#[derive(Debug)]
pub(crate) struct TemperatureProbe {
    sensors: Vec<KernelFile>,
    last: Option<f32>,
    due: Option<Instant>,
}

impl TemperatureProbe {
    /// Finds the sensors of `/sys/class/thermal` and `/sys/class/hwmon`.
    pub(crate) fn open(sys: &Path) -> Self {
        let zones = entries(&sys.join("class/thermal"), "thermal_zone").map(|zone| zone.join("temp"));
        let monitors = entries(&sys.join("class/hwmon"), "hwmon")
            .flat_map(|monitor| entries(&monitor, "temp"))
            .filter(|path| path.as_os_str().as_encoded_bytes().ends_with(b"_input"));
        let sensors = zones.chain(monitors).filter_map(|path| KernelFile::open(&path).ok());
        Self { sensors: sensors.take(MAX_SENSORS).collect(), last: None, due: None }
    }

    /// The highest temperature in degrees Celsius, as of the last few seconds.
    pub(crate) fn sample(&mut self, now: Instant, buffer: &mut ReadBuffer) -> Option<f32> {
        if self.due.is_none_or(|due| now >= due) {
            self.due = Some(now + INTERVAL);
            let readings = self.sensors.iter().filter_map(|sensor| celsius(sensor.read(buffer).ok()?));
            self.last = readings.reduce(f64::max).map(|celsius| celsius as f32);
        }
        self.last
    }
}

fn celsius(text: &[u8]) -> Option<f64> {
    decimal(text.trim_ascii())
        .map(|thousandths| thousandths / 1000.0)
        .filter(|value| PLAUSIBLE.contains(value))
}

fn entries(directory: &Path, prefix: &'static str) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(move |entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()))
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_plausible_sensor_counts() {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("class/thermal/thermal_zone0/temp", "48312\n"),
            ("class/thermal/thermal_zone1/temp", "-273000\n"),
            ("class/thermal/cooling_device0/temp", "99000\n"),
            ("class/hwmon/hwmon0/temp1_input", "51500\n"),
            ("class/hwmon/hwmon0/temp1_max", "100000\n"),
            ("class/hwmon/hwmon0/temp2_input", "garbage\n"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut probe = TemperatureProbe::open(dir.path());
        let (start, mut buffer) = (Instant::now(), ReadBuffer::new());
        assert_eq!(probe.sample(start, &mut buffer), Some(51.5));

        fs::write(dir.path().join("class/thermal/thermal_zone0/temp"), "60000").unwrap();
        assert_eq!(probe.sample(start + Duration::from_secs(1), &mut buffer), Some(51.5));
        assert_eq!(probe.sample(start + INTERVAL, &mut buffer), Some(60.0));
    }

    #[test]
    fn a_machine_without_sensors_has_no_temperature() {
        let mut probe = TemperatureProbe::open(Path::new("/nonexistent"));
        assert_eq!(probe.sample(Instant::now(), &mut ReadBuffer::new()), None);
    }
}
