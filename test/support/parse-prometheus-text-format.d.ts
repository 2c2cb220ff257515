/** The package comes without types. Values are texts, as they stand. */
declare module 'parse-prometheus-text-format' {
  type Metric = {
    labels?: Record<string, string>;
    value?: string;
    buckets?: Record<string, string>;
    count?: string;
    sum?: string;
  };
  type Family = { name: string; help: string; type: string; metrics: Metric[] };
  /** @throws Error where the text is not of the format */
  export default function parsePrometheusTextFormat(text: string): Family[] | undefined;
}
